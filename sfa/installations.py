"""Bringing models onto a server, and off it."""

import uuid
from collections.abc import AsyncGenerator
from contextlib import aclosing

from alchemy_sdk.alchemy.processing import v1
from sfa.pages import pages
from sfa.processing import model_name
from sfa.snapshots import followed
from sfa.transport import PATIENCE_SECONDS, Transport


class Installations:
    """The installations of models on a mesh; `mesh.installations`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._stub = v1.ProcessingServiceStub(transport.channel)

    async def install(self, model: str) -> v1.Installation:
        """Queues the installation of a model and returns at once; follow it with `watch`.

        Args:
            model: Id of a model of the catalogue, such as "htdemucs".

        Raises:
            NotFound: If there is no such model.
            FailedPrecondition: If it is one of the server's own, which cannot be fetched from anywhere.
        """
        request = v1.InstallModelRequest(name=model_name(model), request_id=str(uuid.uuid4()))
        response = await self._transport.unary(self._stub.install_model, request)
        assert response.installation is not None
        return response.installation

    async def remove(self, model: str) -> None:
        """Removes a model's weights from the server.

        Raises:
            NotFound: If there is no such model.
            FailedPrecondition: If it is not installed, or a job that has not ended uses it.
        """
        # Not repeated by itself: the second try of a removal that worked would say MODEL_NOT_INSTALLED.
        request = v1.RemoveModelRequest(name=model_name(model))
        await self._transport.unary(self._stub.remove_model, request, idempotent=False)

    async def get(self, name: str) -> v1.Installation:
        """One installation as it is now, by its name `models/{id}/installations/{id}`.

        Raises:
            NotFound: If there is none.
        """
        response = await self._transport.unary(self._stub.get_installation, v1.GetInstallationRequest(name=name))
        assert response.installation is not None
        return response.installation

    async def list(self, model: str = "-") -> AsyncGenerator[v1.Installation]:
        """The installations of one model, or of all models, newest first."""
        async for page in pages(
            lambda token: self._transport.unary(
                self._stub.list_installations, v1.ListInstallationsRequest(parent=model_name(model), page_token=token)
            )
        ):
            for installation in page.installations:
                yield installation

    async def watch(self, name: str, *, patience: float = PATIENCE_SECONDS) -> AsyncGenerator[v1.Installation]:
        """The installation as it changes: its present state at once, its terminal state last.

        A stream that is cut is reopened without the caller noticing. Leaving the loop does not cancel the job.

        Args:
            name: `models/{id}/installations/{id}`.
            patience: Seconds for which to keep trying while nothing comes through.

        Raises:
            NotFound: If there is no such installation, or its model was removed meanwhile.
            Unavailable: If the mesh could not be reached for `patience` seconds.
        """
        request = v1.WatchInstallationRequest(name=name)
        jobs = followed(
            self._transport,
            lambda: self._stub.watch_installation(request),
            lambda response: response.installation,
            patience=patience,
        )
        async with aclosing(jobs):
            async for installation in jobs:
                yield installation

    async def cancel(self, name: str) -> v1.Installation:
        """Asks for the end of an installation; harmless to repeat, and without effect on one that has ended.

        Raises:
            NotFound: If there is no such installation.
        """
        response = await self._transport.unary(self._stub.cancel_installation, v1.CancelInstallationRequest(name=name))
        assert response.installation is not None
        return response.installation
