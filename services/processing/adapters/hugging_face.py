"""Fetches Demucs weights from their author's repositories on Hugging Face.

Only safetensors are fetched. The `demucs` package itself would fall back to pickles from another server when Hugging Face
does not answer; this adapter never does.
"""

import hashlib
from pathlib import Path

from huggingface_hub import HfApi, hf_hub_download
from huggingface_hub.utils.tqdm import disable_progress_bars

from services.processing.adapters.demucs_files import DemucsFileInvalid, parse_bag
from services.processing.adapters.weight_sources import (
    Report,
    SourceRefused,
    SourceUnreachable,
    Weights,
    demucs_weights,
)
from services.processing.catalogue import ModelInfo

_NAMESPACE = "adefossez"
_ANSWER_SECONDS = 15.0


def repository(upstream: str) -> str:
    """Names the repository of a model as the `demucs` package does: "htdemucs_ft" is in "adefossez/HTDemucs-ft"."""
    if upstream == "htdemucs":
        return f"{_NAMESPACE}/HTDemucs"
    if upstream.startswith("htdemucs_"):
        return f"{_NAMESPACE}/HTDemucs-{upstream.removeprefix('htdemucs_')}"
    return f"{_NAMESPACE}/Demucs-{upstream}"


class HuggingFace:
    """Demucs weights over the network, at one commit, proven by the SHA-256 that the server lists for that commit."""

    def fetch(self, model: ModelInfo, staging: Path, report: Report) -> Weights:
        """Downloads the model's bag and networks."""
        repo = repository(model.upstream)
        disable_progress_bars()
        try:
            report(f"asking for {repo}", 0.0)
            found = HfApi().model_info(repo, files_metadata=True, timeout=_ANSWER_SECONDS)
            hashes = {file.rfilename: file.lfs.sha256 for file in found.siblings or () if file.lfs is not None}
            yaml_name = f"{model.upstream}.yaml"
            bag_path = hf_hub_download(repo, yaml_name, revision=found.sha, local_dir=staging)
            bag = parse_bag(Path(bag_path).read_text(encoding="utf-8"))
            for index, signature in enumerate(bag.signatures):
                name = f"{signature}.safetensors"
                report(f"downloading {name}", index / len(bag.signatures))
                hf_hub_download(repo, name, revision=found.sha, local_dir=staging)
        except DemucsFileInvalid as error:
            raise SourceRefused(f"{repo}: {error}") from error
        except Exception as error:
            # The hub's client lets errors of whichever HTTP library it uses through.
            raise SourceUnreachable(
                f"The weights of {model.id} are at https://huggingface.co/{repo}, which cannot be reached from here"
                f" ({type(error).__name__}). On a machine that has access, download {model.upstream}.yaml and the"
                f" .safetensors files of that repository into a folder, copy the folder here, and run:"
                f" {model.install_command} --from FOLDER"
            ) from error
        for signature in bag.signatures:
            name = f"{signature}.safetensors"
            if hashlib.sha256((staging / name).read_bytes()).hexdigest() != hashes.get(name):
                raise SourceRefused(f"{name} arrived with another SHA-256 than {repo} lists. Try again.")
        return demucs_weights(model, bag, staging, f"https://huggingface.co/{repo}/tree/{found.sha}")
