"""`lobegen new`: scaffold a workflow."""

from dataclasses import dataclass
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lobegen.cli import terminal
from lobegen.cli.given import collect
from lobegen.cli.option import option
from lobegen.errors import LobegenError

if TYPE_CHECKING:
    from lobegen.scaffold.answers import Answers
    from lobegen.scaffold.plan import Plan, PlannedFile, State

#: the answers that have an option of their own name
_ANSWERS = [
    "workflow",
    "target",
    "entity",
    "entities",
    "action",
    "description",
    "store",
    "dispatch",
    "sdk",
    "lobehub",
    "placement",
    "package",
]

Text = str | None
Words = list[str]


def _folder(text: str | Path) -> Path:
    """A folder as given: an empty name is a variable that was not set, not the current folder."""
    if not str(text).strip():
        raise LobegenError(
            "--into: the folder's name is empty.", "Give a folder, or leave the option out for this one."
        )
    return Path(text)


def new(
    context: typer.Context,
    workflow: Annotated[Text, typer.Argument(help="The workflow's name, such as welcome-placeholder.")] = None,
    target: Annotated[Text, option("--target", "What kind of project: fastapi or nextjs.", "TARGET")] = None,
    entity: Annotated[Text, option("--entity", "What one execution processes, in the singular: user.", "NAME")] = None,
    entities: Annotated[Text, option("--entities", "Its plural, where the computed one is wrong.", "NAME")] = None,
    action: Annotated[Text, option("--action", "What layer 3 does with one: execute, generate.", "NAME")] = None,
    description: Annotated[Text, option("--description", "One line on what the workflow is for.", "TEXT")] = None,
    flag: Annotated[Words, option("--flag", "A payload flag such as paidOnly; give it again for more.", "NAME")] = [],  # noqa: B006
    store: Annotated[Text, option("--store", "Where 'done' is looked up: database or redis.", "STORE")] = None,
    dispatch: Annotated[Text, option("--dispatch", "How items are started: steps or batch.", "DISPATCH")] = None,
    sdk: Annotated[Text, option("--sdk", "nextjs: the line of @upstash/workflow, 1 or 0.2.", "LINE")] = None,
    lobehub: Annotated[bool | None, typer.Option(help="nextjs: the project is LobeHub itself.")] = None,
    placement: Annotated[Text, option("--placement", "nextjs: app, or cloud for re-exports.", "PLACE")] = None,
    package: Annotated[Text, option("--package", "fastapi: the application's package.", "NAME")] = None,
    data: Annotated[Words, option("--data", "Any answer by its name in copier.yml; repeatable.", "NAME=VALUE")] = [],  # noqa: B006
    data_file: Annotated[Path | None, option("--data-file", "A YAML file with answers.", "FILE")] = None,
    defaults: Annotated[bool, typer.Option("--defaults", help="Ask nothing; take the defaults.")] = False,
    into: Annotated[Path, typer.Option(help="The project's folder.", metavar="DIR", parser=_folder)] = Path(),
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that have other content.")] = False,
    skip: Annotated[bool, typer.Option("--skip", help="Keep files that have other content.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List what would be written; write nothing.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="As --dry-run, shown as a unified diff.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")] = False,
) -> None:
    """Scaffold a three-layer workflow into a project.

    What is not given is asked, when there is somebody to ask. Everything is rendered aside first: when a file of
    the project has other content, nothing is written unless you say what to do with it.

    Example: lobegen new welcome-placeholder --entity user --action generate --flag paidOnly

    Exit codes: 0 written (or nothing to do), 1 a dry run that found conflicts, 2 wrong input.
    """
    named = {name: context.params[name] for name in _ANSWERS} | {"flags": flag or None}
    _scaffold(collect(named, data, data_file), into, _Mode(defaults, force, skip, dry_run or diff, diff, json))


@dataclass(frozen=True, slots=True)
class _Mode:
    """How to go about it: the options that are no answers."""

    defaults: bool
    force: bool
    skip: bool
    dry_run: bool
    diff: bool
    json: bool


def _scaffold(given: dict[str, object], into: Path, mode: _Mode) -> None:
    from lobegen.cli import outcome
    from lobegen.cli.asking import Asker
    from lobegen.scaffold import answers, questions, source, workflow
    from lobegen.scaffold.apply import apply

    if mode.force and mode.skip:
        raise LobegenError("--force and --skip exclude each other.")
    template = source.installed_template()
    questionnaire = questions.Questionnaire(template.root)
    ask = None if mode.defaults or not terminal.is_interactive() else Asker()
    answered = answers.complete(questionnaire, given, ask)
    plan = _decided(workflow.plan(template, questionnaire, answered, into), mode)
    if mode.dry_run:
        _show_plan(plan, mode)
        raise typer.Exit(1 if plan.conflicts else 0)
    _refuse_conflicts(plan, answered)
    apply(into, plan.changes())
    todos, findings = workflow.todos(into, plan.written), outcome.lint_written(plan)
    advice = questionnaire.render(str(questionnaire.settings.get("message_after_copy", "")), answered.all)
    if mode.json:
        print(dumps(outcome.result_data(plan, todos, findings, advice), indent=2))
    else:
        outcome.show_result(plan, todos, findings, advice)


def _show_plan(plan: "Plan", mode: _Mode) -> None:
    from lobegen.cli import outcome

    if mode.json:
        print(dumps(outcome.plan_data(plan, with_diff=mode.diff), indent=2))
    elif mode.diff:
        outcome.show_diff(plan)
    else:
        outcome.show_plan(plan)


def _decided(plan: "Plan", mode: _Mode) -> "Plan":
    """The plan with its conflicts settled by the options, or by asking when that can be done."""
    from lobegen.scaffold.plan import State

    if mode.force or mode.skip:
        return plan.decide(lambda _file: State.OVERWRITE if mode.force else State.KEPT)
    if mode.dry_run or mode.defaults or not terminal.is_interactive():
        return plan
    return plan.decide(_Overwrite())


class _Overwrite:
    """Asks for each file with other content whether to overwrite it."""

    def __init__(self) -> None:
        self._all = False

    def __call__(self, file: "PlannedFile") -> "State":
        from lobegen.cli.outcome import diff_lines
        from lobegen.scaffold.plan import State

        while not self._all:
            question = f"{file.path} has other content. Overwrite it? [y]es, [n]o, [d]iff, [a]ll, [q]uit: "
            key = terminal.ask_key(question, "yndaq", "n")
            if key == "q":
                terminal.say("Nothing was written.")
                raise typer.Exit(1)
            if key == "d":
                terminal.say("\n".join(diff_lines(file)))
            if key in "yn":
                return State.OVERWRITE if key == "y" else State.KEPT
            self._all = key == "a"
        return State.OVERWRITE


def _refuse_conflicts(plan: "Plan", answered: "Answers") -> None:
    """Say which files stand in the way.

    Raises:
        LobegenError: There are some; nothing has been written.
    """
    from lobegen.scaffold.workflow import answers_file

    if not plan.conflicts:
        return
    names = [file.path for file in plan.conflicts]
    listed = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    hint = "--diff shows the difference, --force overwrites, --skip keeps them."
    if answers_file(answered) in names:
        hint = f"The workflow exists already: `lobegen update` brings it to a newer version; {hint}"
    raise LobegenError(f"nothing written: {listed} in {plan.root} would change.", hint)
