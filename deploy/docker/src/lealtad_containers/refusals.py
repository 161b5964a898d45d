"""What must not start: containers with the placeholder secrets of .env.example."""

from pathlib import Path

from lealtad_containers.errors import ProofError
from lealtad_containers.project import Project
from lealtad_containers.report import Report

EXAMPLE = Path("deploy/docker/.env.example")


def see_placeholders_refused(project: Project, report: Report) -> None:
    """Start one API with the secrets of the example file; raise ProofError if it does not refuse them."""
    with report.step("Placeholder secrets") as step:
        lines = (project.checkout / EXAMPLE).read_text().splitlines()
        placeholders = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
        secret = placeholders["LEALTAD_TOKEN_SECRET"]
        variable = f"LEALTAD_TOKEN_SECRET={secret}"
        try:
            project.compose("run", "--rm", "--no-deps", "-e", variable, "customer-profile-api")
        except ProofError as error:
            if "placeholder" not in str(error):
                raise
            step.seen.append("refused with the reason")
            return
        raise ProofError("an API started with the secrets of the example file")
