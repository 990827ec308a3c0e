"""deepeval's G-Eval with our gateway as its model and our prompt; import it only when judging."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from smooth_operator_evals.judge import rubric
from smooth_operator_evals.judge.gateway import JudgeGateway
from smooth_operator_evals.judge.quiet import quiet
from smooth_operator_evals.judge.reading import JudgeError, Score, read
from smooth_operator_evals.judge.rubric import prompt
from smooth_operator_evals.played import PlayedTurn
from smooth_operator_evals.questions import Question

quiet()

from deepeval.metrics import GEval  # noqa: E402
from deepeval.metrics.g_eval import Rubric  # noqa: E402
from deepeval.metrics.g_eval.g_eval import GEvalTemplate  # noqa: E402
from deepeval.models import DeepEvalBaseLLM  # noqa: E402
from deepeval.test_case import LLMTestCase, SingleTurnParams  # noqa: E402

SPAN = rubric.HIGHEST - rubric.LOWEST


class _Prompt(GEvalTemplate):
    """G-Eval's prompt in our words: what is judged stands apart, as data."""

    @staticmethod
    def generate_evaluation_results(
        evaluation_steps: str, test_case_content: str, rubric: str
    ) -> str:
        return prompt(evaluation_steps, rubric, test_case_content)


class _GatewayModel(DeepEvalBaseLLM):
    """A model for deepeval that checks each reply before G-Eval sees it."""

    def __init__(self, gateway: JudgeGateway, name: str) -> None:
        self._gateway = gateway
        self._name = name
        super().__init__(name)

    def load_model(self) -> _GatewayModel:
        return self

    def get_model_name(self) -> str:
        return self._name

    def generate(self, text: str) -> str:
        raise NotImplementedError("the judge is asked asynchronously")

    async def a_generate(self, text: str, schema: Any = None) -> Any:
        found = read(await self._gateway.ask(text))
        return schema(score=found.score, reason=found.reason)


class Judge:
    """Scores conversations from 1 to 5."""

    def __init__(self, gateway: JudgeGateway, model: str) -> None:
        self._model = _GatewayModel(gateway, model)

    async def score(self, question: Question, turns: Sequence[PlayedTurn]) -> Score:
        """One conversation; raises `JudgeError`."""
        metric = GEval(
            name="answer",
            evaluation_params=[
                SingleTurnParams.INPUT,
                SingleTurnParams.EXPECTED_OUTPUT,
                SingleTurnParams.ACTUAL_OUTPUT,
            ],
            evaluation_steps=list(rubric.STEPS),
            rubric=[
                Rubric(score_range=(score, score), expected_outcome=text)
                for score, text in rubric.SCALE.items()
            ],
            model=self._model,
            evaluation_template=_Prompt,
            _include_g_eval_suffix=False,
        )
        case = LLMTestCase(
            input=rubric.expectation(question),
            expected_output=rubric.reference(question),
            actual_output=rubric.conversation(turns),
        )
        share = await metric.a_measure(case, _show_indicator=False)
        if metric.reason is None:
            raise JudgeError("the judge gave a score without a reason")
        return Score(rubric.LOWEST + round(share * SPAN), metric.reason)
