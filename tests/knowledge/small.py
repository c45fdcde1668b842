"""A small knowledge folder, whole and right, that tests break in one place each."""

from pathlib import Path

from cds_hooks.errors import KnowledgeBroken
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.knowledge.load import load_knowledge

READS = frozenset({"deceased", "her2", "hormone_receptor", "last_scan", "size", "sites", "stage"})

FACTS = """\
facts:
  deceased:
    title: death
    scope: patient
    kind: word
    words: [yes, no]
    if_absent: no
    absent_means: Charts record a death and never that a patient is alive.
    read_from: {patient: []}
  her2:
    title: HER2
    scope: episode
    kind: word
    words: [positive, negative]
    read_from: {receptors: [her2_questions]}
    uses: [her2_answers]
  size:
    title: size
    scope: episode
    kind: number
    unit: mm
    read_from: {receptors: [size_questions]}
  sites:
    title: sites
    scope: episode
    kind: list
    words: [bone, liver]
    read_from: {conditions: [sites]}
  stage:
    title: stage
    scope: episode
    kind: word
    as_recorded: yes
    read_from: {conditions: [sites]}
    for_display: yes
  hormone_receptor:
    title: hormone receptors
    scope: episode
    kind: word
    words: [positive, negative]
    read_from: {conditions: [sites]}
    for_display: yes
  last_scan:
    title: months since the last scan
    scope: episode
    kind: number
    unit: months
    read_from: {conditions: [sites]}
    for_display: yes
for_every_fact: [laterality]
numbers:
  size_at_most:
    value: 200
    unit: mm
    cite: {source: house-rule, says: Larger is an error., where: rule, seen: full}
"""

GOVERNED = "version: 1\nstatus: draft\nreview: {author: null, reviewer: null, approved_on: null, due: null}\n"

TIERS = (
    """\
title: Tier
gate: tier
factors:
  - factor: size
    title: size
    low: {size: {below: 10}}
    moderate: {size: {at_least: 10, at_most: 50}}
    high: {any: [{size: {above: 50}}, {sites: {include: bone}}]}
    citations: [{source: article, says: Table., where: table, seen: full}]
  - factor: her2
    title: HER2
    low: {none: [{her2: {is: positive}}]}
    high: {all: [{her2: {is_one_of: [positive]}}, {at_least: {n: 1, of: [{her2: {is: positive}}]}}]}
    citations: [{source: article, says: Table., where: table, seen: full}]
    limits:
      - say: Predates trastuzumab.
        cite: {source: article, says: Table., where: table, seen: recalled}
low_requires:
  - {require: {none: [{sites: {include_any_of: [bone, liver]}}]}, why: Spread is not low.}
limits:
  - say: Not validated.
    cite: {source: article, says: Table., where: table, seen: full}
examples:
  - {story: small, given: {size: 9.9, her2: negative, sites: []}, expect: low}
  - {story: HER2 unknown, given: {size: 9.9, sites: []}, expect: {at_least: low, at_most: high}}
"""
    + GOVERNED
)

GATES = (
    """\
gates:
  tier:
    why: The dead have no tier.
    patient: [{require: {deceased: {is: no}}, otherwise: deceased}]
    episode: [{require: {none: [{sites: {include: liver}}]}, otherwise: metastatic}]
"""
    + GOVERNED
)

SERVICES = """\
services:
  small-service:
    hook: patient-view
    title: Small
    description: A small service.
    usage_requirements: FHIR R4
    prefetch:
      patient: {resource: Patient, query: "Patient/{{context.patientId}}", required: yes}
      conditions: {resource: Condition, query: "Condition?patient={{context.patientId}}", required: yes}
      receptors: {resource: Observation, query: "Observation?patient={{context.patientId}}&code={codes}", required: no}
"""

SOURCES = """\
sources:
  article: {label: The article, short: Article, note: read}
  house-rule: {label: Our rule, short: Our rule, note: ours, url: "https://example.org/rule"}
"""

WORDING = (
    """\
withheld.no_breast_cancer: no breast cancer
withheld.deceased: the patient has died
withheld.metastatic: metastatic
summary.tier: "{tier} risk: {drivers}"
caveat.her2: Predates trastuzumab.
caveat.her2.sources: article, house-rule
"""
    + GOVERNED
)

TALK = """\
id: talk
version: 1
status: draft
title: Drug for HER2 positive tumours
why: Smaller tumours recur less with it.
gate: tier
when: {all: [{her2: {is: positive}}, {size: {at_least: 20}}]}
due: {fact: last_scan, every_months: 12, none_found: No scan found in this chart}
cautions:
  - {effect: suppress, when: {sites: {include: bone}}, say: Bone is involved., confirm: no bone involvement}
ask_for: [size]
card:
  kind: surveillance
  indicator: warning
  topic: theDrug
  summary: "{size} mm, scan due since {due_since}"
  detail: "{size} mm of at least 20; 5.5 % of HER2 positive tumours; last on {last_done}, every 1 year."
suggestions:
  - id: scan
    label: Order a scan
    code: {system: "http://snomed.info/sct", code: "71651007", display: Mammography}
    within_days: 30
    body_side: same
limits: [Seen in women alone.]
citations:
  - {source: article, says: 5.5 % had it., where: table, seen: full}
  - {source: house-rule, says: 7.5 % had it., where: table, seen: recalled}
review: {author: null, reviewer: null, approved_on: null, due: null}
examples:
  - {story: large, given: {her2: positive, size: 20, last_scan: 12}, expect: applies}
  - {story: small, given: {her2: positive, size: 19, last_scan: 12}, expect: does_not_apply}
  - {story: no scan, given: {her2: positive, size: 20}, expect: cannot_tell}
"""

HEADER = "system,code,match,display,meaning,note,source\n"
LOINC = "http://loinc.org"

FILES = {
    "facts.yaml": FACTS,
    "tiers.yaml": TIERS,
    "gates.yaml": GATES,
    "services.yaml": SERVICES,
    "sources.yaml": SOURCES,
    "wording.yaml": WORDING,
    "approvals.yaml": "approvals: {}\n",
    "predictive.yaml": "shared: {}\ninterventions: {}\n",
    "considerations/talk.yaml": TALK,
    "codelists/her2_questions.csv": f"{HEADER}{LOINC},48676-1,exact,HER2,overall,,seen\n",
    "codelists/size_questions.csv": f"{HEADER}{LOINC},33728-7,exact,Size,lesion,,seen\n"
    f"urn:recurrence-cds:text,tumour size,exact,tumour size,lesion,,wording\n",
    "codelists/her2_answers.csv": f"{HEADER}{LOINC},LA6576-8,exact,Positive,positive,,seen\n",
    "codelists/sites.csv": f"{HEADER}http://hl7.org/fhir/sid/icd-10-cm,C79.5,prefix,Bone,bone,,seen\n"
    "http://hl7.org/fhir/sid/icd-10-cm,C78.7,exact,Liver,liver,,seen\n",
    "codelists/laterality.csv": f"{HEADER}http://snomed.info/sct,7771000,exact,Left,left,,seen\n",
}


def write(folder: Path, **changed: str | None) -> Path:
    """The small folder; a file is given by its name without folder and ending, None leaves it out."""
    for name, text in FILES.items():
        content = changed.get(Path(name).stem, text)
        if content is not None:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
    return folder


def swapped(text: str, old: str, new: str) -> str:
    """The text with one thing changed; a test that changes nothing would prove nothing."""
    assert old in text
    return text.replace(old, new, 1)


def load(folder: Path, reads: frozenset[str] = READS) -> Knowledge:
    return load_knowledge(folder, reads=reads)


def problems(folder: Path, reads: frozenset[str] = READS) -> tuple[str, ...]:
    """What loading finds wrong; nothing if it loads."""
    try:
        load_knowledge(folder, reads=reads)
    except KnowledgeBroken as broken:
        return broken.problems
    return ()
