"""The one version of all distributions, images and API documents."""

VERSION = "0.1.0"
