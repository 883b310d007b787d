"""A step is one file and one row: an invented one is added to a copy of the source."""

from typing import Any

import pytest

from tests.support.copied_source import copy_source, run_on

INVENTED_STEP = '''
"""The step secret_question: the answer that only the user knows."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ostiary.core.model.environment import Environment
from ostiary.core.ports.directory import Directory
from ostiary.core.steps.contract import (
    Action, Ask, Begun, Failed, Input, Offer, Outcome, Passed, Problem, ProblemKind, Refused,
    Situation, State, View,
)

ANSWER, CANCEL = Action("secretQuestion", "answer"), Action("secretQuestion", "cancel")
WRONG = Problem(ProblemKind.VALUE, "Not that.", "That is not the answer.", "answer")


@dataclass(frozen=True, slots=True)
class SecretQuestion:
    """An invention; its field shows that wiring hands it what it names."""

    directory: Directory
    type: ClassVar[str] = "secret_question"
    plugin_id: ClassVar[str] = "secretQuestion00000001"

    async def begin(self, env: Environment, situation: Situation) -> Begun:
        return Ask()

    def view(self, env: Environment, situation: Situation) -> View:
        question = str(situation.instance.settings["question"])
        answer = Input("answer", question, is_required=True)
        return View(
            State("secretQuestion", "required"),
            offers=(
                Offer(ANSWER, "Answer", (answer,), is_primary=True),
                Offer(CANCEL, "Give up"),
            ),
            fields={"question": question},
            title="One more question",
        )

    async def act(
        self, env: Environment, situation: Situation, action: Action, inputs: Mapping[str, Any]
    ) -> Outcome:
        if action == CANCEL:
            return Failed("access_denied", "The user gave up.")
        user = await self.directory.find(env, situation.flow.user_id)
        is_right = hmac.compare_digest(user.attributes["answer"], inputs["answer"])
        return Passed(methods=("kba",)) if is_right else Refused((WRONG,))
'''
SCRIPT = """
import asyncio, json
import ostiary
from ostiary.core.model.policy import Policy, StepInstance, StepNode
from tests.support.browsing import PI_FLOW, WEB, Browsing, make_sign_on_app, returned
from tests.support.html import parse_form
from tests.support.users import make_user


def make():
    eve = make_user(2, username="eve", attributes={"answer": "blue"})
    return make_sign_on_app(
        users=[eve],
        steps={
            "form": StepInstance("form", "username_password"),
            "quiz": StepInstance("quiz", "secret_question", {"question": "Which colour?"}),
        },
        policies={"default": Policy("default", StepNode("form", StepNode("quiz")))},
    )


async def program(app):
    browsing = Browsing(app)
    id = (await browsing.authorize(PI_FLOW)).json()["id"]
    asked = await browsing.sign_on_by_api(id, "eve")
    wrong = await browsing.act(id, "answerSecretQuestion", {"answer": "red"})
    unknown = await browsing.act(id, "answerSecretQuestion", {"answer": "blue", "role": "x"})
    done = await browsing.act(id, "answerSecretQuestion", {"answer": "blue"})
    return {name: answer.json() for name, answer in {
        "asked": asked, "wrong": wrong, "unknown": unknown, "done": done}.items()}


async def person(app):
    browsing = Browsing(app)
    page = await browsing.authorize(WEB)
    page = await browsing.press(page, pf_username="eve", pf_pass="Password1")
    asked = page.body.decode()
    form = parse_form(page.body)
    page = await browsing.press(page, pf_answer="red")
    wrong = page.body.decode()
    done = await browsing.press(page, pf_answer="blue")
    return {"asked": asked, "fields": form.fields, "wrong": wrong, "done": returned(done)}


async def main():
    print(json.dumps({
        "source": ostiary.__file__, "program": await program(make()), "person": await person(make())
    }))


asyncio.run(main())
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a program and a person get to see of the invented step."""
    place = tmp_path_factory.mktemp("invention")
    copy = copy_source(place)
    (copy / "core/steps/secret_question.py").write_text(INVENTED_STEP.lstrip())
    catalog = copy / "core/steps/catalog.py"
    head, table, rows = catalog.read_text().partition("ALL: tuple[type[Step], ...] = (")
    imported = "from ostiary.core.steps.secret_question import SecretQuestion\n"
    catalog.write_text(f"{head}{imported}{table}SecretQuestion, {rows}")
    return run_on(place, SCRIPT)


def test_an_invented_step_is_in_the_api_by_one_file_and_one_row(found: dict[str, Any]) -> None:
    asked = found["program"]["asked"]
    assert asked["status"] == "SECRET_QUESTION_REQUIRED"
    assert asked["pluginTypeId"] == "secretQuestion00000001"
    assert asked["question"] == "Which colour?"
    assert "answerSecretQuestion" in asked["_links"]


def test_inputs_of_an_invented_step_are_checked_by_the_engine(found: dict[str, Any]) -> None:
    unknown = found["program"]["unknown"]
    assert unknown["code"] == "VALIDATION_ERROR"
    assert [detail["target"] for detail in unknown["details"]] == ["role"]


def test_refusals_of_an_invented_step_reach_the_person(found: dict[str, Any]) -> None:
    wrong = found["program"]["wrong"]
    assert [detail["userMessage"] for detail in wrong["details"]] == ["That is not the answer."]
    assert "That is not the answer." in found["person"]["wrong"]


def test_an_invented_step_is_passed_to_get_an_answer(found: dict[str, Any]) -> None:
    assert found["program"]["done"]["status"] == "COMPLETED"
    assert found["program"]["done"]["authorizeResponse"]["access_token"]
    assert found["person"]["done"]["code"]


def test_an_invented_step_is_on_the_page_by_the_same_row(found: dict[str, Any]) -> None:
    person = found["person"]
    assert "One more question" in person["asked"]
    assert "Which colour?" in person["asked"]
    assert "pf.answer" in person["fields"]
