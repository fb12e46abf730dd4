"""From what the user gave to a full set of answers: asked, defaulted or refused, each with one line."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from lobegen.errors import LobegenError
from lobegen.scaffold.questions import REQUIRED, Choice, Question, Questionnaire, nearest


@dataclass(frozen=True, slots=True)
class Prompt:
    """What has to be shown to somebody who answers one question.

    Attributes:
        default: What an empty answer means; REQUIRED when it means nothing.
        problem: What was wrong with the answer before, or nothing.
    """

    question: Question
    help: str
    choices: Sequence[Choice]
    default: object
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers to all questions.

    Attributes:
        given: What was given or asked: what Copier has to be told.
        all: These, the defaults and the computed values: what texts are rendered with.
    """

    given: Mapping[str, object]
    all: Mapping[str, object]


#: shows a prompt and returns what was typed; an empty text stands for the default
Ask = Callable[[Prompt], str]


def complete(questionnaire: Questionnaire, given: Mapping[str, object], ask: Ask | None) -> Answers:
    """Answer every question, in the order of copier.yml.

    Args:
        questionnaire: The questions.
        given: Answers by question name, not checked yet.
        ask: Asks for the answers that were not given; None takes the defaults.

    Raises:
        LobegenError: An answer is wrong, names no question, or is missing.
    """
    refuse_unknown(questionnaire, given)
    known: dict[str, object] = {}
    told: dict[str, object] = {}
    for question in questionnaire.questions:
        if question.name in given:
            _refuse_idle(questionnaire, question, known)
            known[question.name] = told[question.name] = questionnaire.check(question, given[question.name], known)
            continue
        asked = ask is not None and question.ask and questionnaire.applies(question, known)
        default = REQUIRED if asked else questionnaire.default(question, known)
        if ask is not None and asked:
            known[question.name] = told[question.name] = _asked(questionnaire, question, known, ask)
        elif default is not REQUIRED:
            known[question.name] = _checked_default(questionnaire, question, default, known)
        else:
            raise LobegenError(*_missing(questionnaire, given, question))
    return Answers(told, known)


def refuse_unknown(questionnaire: Questionnaire, given: Mapping[str, object]) -> None:
    """Refuse names of no question and of computed ones.

    Raises:
        LobegenError: One is among `given`; the line has the nearest name.
    """
    open_names = [question.name for question in questionnaire.questions if not question.computed]
    for name in given:
        if name not in questionnaire.names:
            raise LobegenError(f"{name} is no question of the template.", nearest(name, open_names))
        if name not in open_names:
            raise LobegenError(f"{name} is computed and cannot be given.", _source_of(name, open_names))


def _source_of(computed: str, open_names: Sequence[str]) -> str:
    base = computed.rpartition("_")[0]
    return f"Give {base} instead." if base in open_names else ""


def _refuse_idle(questionnaire: Questionnaire, question: Question, known: Mapping[str, object]) -> None:
    if not questionnaire.applies(question, known):
        raise LobegenError(f"{question.name} does not apply here: target is {known.get('target', 'another')}.")


def _checked_default(
    questionnaire: Questionnaire, question: Question, default: object, known: Mapping[str, object]
) -> object:
    """Copier validates defaults too, but for questions that are not asked at all."""
    if not questionnaire.applies(question, known):
        return default
    return questionnaire.check(question, default, known)


def _asked(questionnaire: Questionnaire, question: Question, known: Mapping[str, object], ask: Ask) -> object:
    choices = questionnaire.choices(question, known)
    default = questionnaire.default(question, known)
    text, problem = questionnaire.render(question.help, known), ""
    while True:
        typed = ask(Prompt(question, text, choices, default, problem))
        if not typed and default is REQUIRED:
            problem = f"{question.name} needs an answer."
            continue
        try:
            return questionnaire.check(question, typed if typed else default, known)
        except LobegenError as error:
            problem = str(error)


def _missing(questionnaire: Questionnaire, given: Mapping[str, object], first: Question) -> tuple[str, str]:
    """The line for everything that is missing from `first` on."""
    rest = questionnaire.questions[questionnaire.questions.index(first) :]
    missing = [q.name for q in rest if q.default is REQUIRED and not q.computed and q.name not in given]
    example = " ".join("WORKFLOW" if name == "workflow" else f"--{name} {name.upper()}" for name in missing)
    return f"missing: {', '.join(missing)}.", f"Give {example}, or leave out --defaults on a terminal to be asked."
