"""The case and plural macros of `template/names.jinja`, without Copier."""

from pathlib import Path

import pytest
from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

ENVIRONMENT = SandboxedEnvironment(
    loader=FileSystemLoader(Path(__file__).parents[2]),
    extensions=["jinja2_ansible_filters.AnsibleCoreFiltersExtension"],
    undefined=StrictUndefined,
)


def call(macro: str, *arguments: object) -> str:
    source = "{% from 'template/names.jinja' import " + macro + " %}{{ " + macro + "(*arguments) }}"
    return ENVIRONMENT.from_string(source).render(arguments=arguments)


@pytest.mark.parametrize(
    ("text", "snake", "kebab", "camel", "pascal"),
    [
        (
            "welcome-placeholder",
            "welcome_placeholder",
            "welcome-placeholder",
            "welcomePlaceholder",
            "WelcomePlaceholder",
        ),
        ("HTTPServer sync", "http_server_sync", "http-server-sync", "httpServerSync", "HttpServerSync"),
        ("HTTPSync", "http_sync", "http-sync", "httpSync", "HttpSync"),
        ("S3Upload", "s3_upload", "s3-upload", "s3Upload", "S3Upload"),
        ("user.profile/photo", "user_profile_photo", "user-profile-photo", "userProfilePhoto", "UserProfilePhoto"),
        ("  spaced   out ", "spaced_out", "spaced-out", "spacedOut", "SpacedOut"),
        ("API", "api", "api", "api", "Api"),
        ("v2Import", "v2_import", "v2-import", "v2Import", "V2Import"),
    ],
)
def test_cases(text: str, snake: str, kebab: str, camel: str, pascal: str) -> None:
    assert [call(macro, text) for macro in ("snake", "kebab", "camel", "pascal")] == [snake, kebab, camel, pascal]


@pytest.mark.parametrize(
    ("singular", "plural"),
    [
        ("user", "users"),
        ("agent", "agents"),
        ("sales person", "sales_people"),
        ("category", "categories"),
        ("key", "keys"),
        ("metadata", "metadata"),
        ("series", "series"),
        ("quiz", "quizzes"),
        ("status", "statuses"),
        ("box", "boxes"),
        ("batch", "batches"),
        ("analysis", "analyses"),
        ("API", "apis"),
        ("photo", "photos"),
        ("hero", "heroes"),
        ("UserChild", "user_children"),
        ("leaf node", "leaf_nodes"),
    ],
)
def test_plurals(singular: str, plural: str) -> None:
    assert call("plural", singular) == plural


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "begin with an ASCII letter"),
        ("2fast", "begin with an ASCII letter"),
        ("straße", "begin with an ASCII letter"),
        ("two\nlines", "begin with an ASCII letter"),
        ("ab", "has 2 characters"),
        ("x" * 41, "has 41 characters"),
        ("class", "reserved word"),
        ("Interface", "reserved word"),
    ],
)
def test_bad_names_get_one_sentence(name: str, said: str) -> None:
    problem = call("name_problem", name, "entity")

    assert said in problem
    assert "\n" not in problem


@pytest.mark.parametrize("name", ["abc", "x" * 40, "match", "type", "payload", "workflow", "list", "S3Upload"])
def test_unusual_names_are_fine(name: str) -> None:
    assert call("name_problem", name, "entity") == ""
