"""HTTP of every service: commands and queries, answers and problems, pages, entity tags, tokens."""

from lealtad.http.answer import Answer, Personal
from lealtad.http.auth import SCOPES, Principal, mint_token
from lealtad.http.caller import allows
from lealtad.http.command import Command, writes
from lealtad.http.customer_ref import CustomerRef
from lealtad.http.defaults import install_http_defaults
from lealtad.http.etag import require_match
from lealtad.http.field_warnings import FieldWarning, FieldWarnings, warnings_of
from lealtad.http.fields import CustomerRefInPath, CustomerRefText, RequestBody, Timestamp
from lealtad.http.keys import (
    ExternalIdText,
    FactIdText,
    ResourceKey,
    SkuText,
    SlugText,
    SystemText,
    require_travelling_key,
)
from lealtad.http.pagination import Page, PageQuery, PageWanted
from lealtad.http.patch_members import require_known_members
from lealtad.http.problem import (
    InvalidField,
    Problem,
    ProblemDocument,
    conflict,
    forbidden,
    gone,
    invalid,
    not_found,
    problems,
    unavailable,
)
from lealtad.http.problem_handlers import install_problem_handlers
from lealtad.http.query import Query, reads
from lealtad.http.validation_errors import SafeValueError

__all__ = [
    "SCOPES",
    "Answer",
    "Command",
    "CustomerRef",
    "CustomerRefInPath",
    "CustomerRefText",
    "ExternalIdText",
    "FactIdText",
    "FieldWarning",
    "FieldWarnings",
    "InvalidField",
    "Page",
    "PageQuery",
    "PageWanted",
    "Personal",
    "Principal",
    "Problem",
    "ProblemDocument",
    "Query",
    "RequestBody",
    "ResourceKey",
    "SafeValueError",
    "SkuText",
    "SlugText",
    "SystemText",
    "Timestamp",
    "allows",
    "conflict",
    "forbidden",
    "gone",
    "install_http_defaults",
    "install_problem_handlers",
    "invalid",
    "mint_token",
    "not_found",
    "problems",
    "reads",
    "require_known_members",
    "require_match",
    "require_travelling_key",
    "unavailable",
    "warnings_of",
    "writes",
]
