"""Loading: a knowledge folder becomes one immutable value, or every problem in it is reported and nothing is used."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from importlib.resources import files
from pathlib import Path, PurePosixPath

from cds_hooks.errors import KnowledgeBroken
from cds_hooks.knowledge import build, checks, consideration_checks, governance_checks
from cds_hooks.knowledge.background import FOUNDATION, Background, background
from cds_hooks.knowledge.build_considerations import consideration
from cds_hooks.knowledge.codelists import read_codelist
from cds_hooks.knowledge.consideration_checks import Filed, Surroundings
from cds_hooks.knowledge.fingerprint import fingerprint, fingerprinted
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.knowledge.schema import ALL, CONSIDERATION, PLAIN, plain_schemas, problems_in, schemas
from cds_hooks.knowledge.sharing import Shared
from cds_hooks.knowledge.strict_yaml import Document, read_yaml
from cds_hooks.picture.see import READS
from cds_hooks.picture.vocabulary import CodeList, Vocabulary

UNSAID = "considerations/README.md"  # what is deliberately not said, and why

MoreChecks = Callable[[Knowledge], Iterable[str]]


def load_knowledge(
    folder: Path | None = None, more_checks: Iterable[MoreChecks] = (), reads: frozenset[str] = READS
) -> Knowledge:
    """The knowledge of a folder; without one, of the `cards/` that ships with the package. As `knowledge_of`."""
    return knowledge_of(read_folder(folder or default_folder()), more_checks, reads)


def knowledge_of(
    content: Mapping[str, bytes], more_checks: Iterable[MoreChecks] = (), reads: frozenset[str] = READS
) -> Knowledge:
    """The knowledge of a folder's files, given by their relative paths.

    `more_checks` are those of floors above (every card template must make a valid answer); they see the knowledge
    once all else holds. `reads` are the facts that readers produce. Raises KnowledgeBroken with all problems.
    """
    documents = {name: _document(content, f"{name}.yaml") for name in ALL}
    files = {name: _document(content, name) for name in content if _is_in(name, "considerations", ".yaml")}
    codelists, problems = _codelists(content)
    problems += _strangers(content)
    problems += _shapes(documents, files)
    _refuse(problems)
    facts = build.fact_definitions(documents["facts"].value["facts"])
    filed = [Filed(consideration(document.value, facts), document, content[name]) for name, document in files.items()]
    draft = _draft(documents, codelists, reads, filed)
    problems = [problem for check in checks.ALL for problem in check(draft)]
    problems += [problem for check in governance_checks.ALL for problem in check(draft, content)]
    _refuse(problems + _consideration_problems(draft, filed))
    unsaid = _text(content, UNSAID) if UNSAID in content else None
    single = {name: document.value for name, document in documents.items()}
    behind = background(single, (document.value for document in files.values()), unsaid or "")
    knowledge = replace(_finished(draft, fingerprint(content), behind), files=fingerprinted(content))
    _refuse([problem for check in more_checks for problem in check(knowledge)])
    return knowledge


def default_folder() -> Path:
    """The folder inside an installed package, or that of the checkout."""
    packaged = Path(str(files("cds_hooks"))) / "_data" / "cards"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "cards"


def read_folder(folder: Path) -> dict[str, bytes]:
    """Every file by its relative path. Raises KnowledgeBroken if the folder cannot be read."""
    try:
        found = sorted(path for path in folder.rglob("*") if path.is_file())
        content = {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}
    except OSError as error:
        raise KnowledgeBroken((f"{folder}: cannot be read: {error.strerror}",)) from error
    if not content:
        raise KnowledgeBroken((f"{folder}: there is no knowledge in this folder",))
    return content


def _refuse(problems: list[str]) -> None:
    if problems:
        raise KnowledgeBroken(tuple(problems))


def _text(content: Mapping[str, bytes], name: str) -> str | None:
    try:
        return content[name].decode("utf-8")
    except UnicodeDecodeError:
        return None


def _document(content: Mapping[str, bytes], name: str) -> Document:
    if name not in content:
        return Document(name, None, {}, (f"{name}:1: the file is missing",))
    text = _text(content, name)
    return Document(name, None, {}, (f"{name}:1: not UTF-8",)) if text is None else read_yaml(text, name)


def _codelists(content: Mapping[str, bytes]) -> tuple[dict[str, CodeList], list[str]]:
    found, problems = {}, []
    for file in content:
        if not file.endswith(".csv"):
            continue
        text = _text(content, file)
        if text is None:
            problems.append(f"{file}:1: not UTF-8")
            continue
        read = read_codelist(text, PurePosixPath(file).stem, file)
        found[read.codelist.name] = read.codelist
        problems += read.problems
    return found, problems


def _strangers(content: Mapping[str, bytes]) -> list[str]:
    """Files that nothing reads: a misspelt name must not go unnoticed."""
    known = {f"{name}.yaml" for name in ALL} | {f"{name}.schema.json" for name in ALL}
    known |= {f"{CONSIDERATION}.schema.json", "README.md", "codelists/README.md", "considerations/README.md"}
    return [f"{name}: nothing reads this file" for name in content if name not in known and not _is_one_of_many(name)]


def _is_one_of_many(name: str) -> bool:
    return _is_in(name, "codelists", ".csv") or _is_in(name, "considerations", ".yaml")


def _is_in(name: str, folder: str, suffix: str) -> bool:
    path = PurePosixPath(name)
    return path.suffix == suffix and path.parent.as_posix() == folder


def _shapes(documents: Mapping[str, Document], considerations: Mapping[str, Document]) -> list[str]:
    """What YAML and the schemas find wrong; conditions are only judged under a vocabulary that is right itself."""
    every_file = {**documents, **considerations}
    problems = [problem for document in every_file.values() for problem in document.problems]
    readable = {name: document for name, document in every_file.items() if not document.problems}
    wrong = {n: problems_in(readable[n], schema) for n, schema in plain_schemas().items() if n in readable}
    if "facts" in readable and not wrong["facts"]:
        every = schemas(readable["facts"].value["facts"])
        wrong |= {n: problems_in(readable[n], every[n]) for n in ALL if n not in PLAIN and n in readable}
        wrong |= {n: problems_in(readable[n], every[CONSIDERATION]) for n in considerations if n in readable}
    return problems + [problem for found in wrong.values() for problem in found]


def _consideration_problems(draft: checks.Draft, filed: Iterable[Filed]) -> list[str]:
    around = Surroundings(
        facts=draft.facts,
        gates=draft.gates,
        sources=draft.value("sources")["sources"],
        approvals=draft.value("approvals")["approvals"],
    )
    return [problem for each in filed for check in consideration_checks.ALL for problem in check(each, around)]


def _draft(
    documents: Mapping[str, Document],
    codelists: Mapping[str, CodeList],
    reads: frozenset[str],
    considerations: Iterable[Filed],
) -> checks.Draft:
    facts = build.fact_definitions(documents["facts"].value["facts"])
    return checks.Draft(
        documents=documents,
        codelists=codelists,
        facts=facts,
        tiers=build.tier_table(documents["tiers"].value, facts),
        gates=build.gates(documents["gates"].value["gates"], facts),
        reads=reads,
        considerations=tuple(each.value for each in considerations),
    )


def _finished(draft: checks.Draft, print_: str, behind: Background) -> Knowledge:
    ((id_, service),) = draft.value("services")["services"].items()
    shared = Shared()
    return Knowledge(
        vocabulary=Vocabulary(draft.facts, draft.codelists, build.numbers(draft.value("facts")["numbers"])),
        tiers=draft.tiers,
        gates=shared.gates(draft.gates),
        service=build.service(id_, service, draft.entries, draft.codelists),
        sieve=build.sieve(service, draft.entries, draft.codelists),
        sources=build.sources(draft.value("sources")["sources"]),
        wording=draft.templates,
        fingerprint=print_,
        foundation={name: build.part(draft.value(name)) for name in FOUNDATION},
        considerations=shared.considerations(draft.considerations),
        background=behind,
    )
