"""The Helm chart's generated files: `values.schema.json` and `README.md` from `values.yaml` and the settings."""
