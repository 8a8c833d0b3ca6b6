"""What the tags of a rule say in terms of ATT&CK."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from translator.taxonomy.attack import catalogue, from_tags, tactic, technique


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("attack.discovery", "TA0007"),
        ("attack.privilege-escalation", "TA0004"),
        ("attack.privilege_escalation", "TA0004"),
        ("attack.ta0007", "TA0007"),
        ("attack.TA0007", "TA0007"),
        ("TA0007", "TA0007"),
        ("Privilege Escalation", "TA0004"),
        ("Command and Control", "TA0011"),
        ("ATTACK.Discovery", "TA0007"),
        (" attack.discovery ", "TA0007"),
        ("attack.stealth", "TA0005"),
        ("attack.defense_evasion", "TA0005"),
        ("Defense Evasion", "TA0005"),
        ("attack.defense-impairment", "TA0112"),
        ("attack.t1059", None),
        ("attack.ta9999", None),
        ("attack.", None),
        ("attack.attack.discovery", None),
        ("car.discovery", None),
        ("", None),
    ],
)
def test_a_tactic_is_found_in_each_form(form: str, expected: str | None) -> None:
    found = tactic(form)
    assert (found.id if found else None) == expected


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("attack.t1049", "T1049"),
        ("attack.T1049", "T1049"),
        ("T1049", "T1049"),
        ("attack.t1053.005", "T1053.005"),
        ("t1053.005", "T1053.005"),
        ("attack.t1053.999", None),
        ("attack.t1053.", None),
        ("attack.t9999", None),
        ("attack.discovery", None),
        ("cve.2021.44228", None),
        ("", None),
    ],
)
def test_a_technique_is_found_in_each_form(form: str, expected: str | None) -> None:
    found = technique(form)
    assert (found.id if found else None) == expected


@pytest.mark.parametrize(
    ("form", "full_name", "link"),
    [
        ("T1049", "System Network Connections Discovery", "https://attack.mitre.org/techniques/T1049/"),
        (
            "T1053.005",
            "Scheduled Task/Job: Scheduled Task",
            "https://attack.mitre.org/techniques/T1053/005/",
        ),
        # The parent of a retired sub-technique may be current or retired as well.
        (
            "T1070.001",
            "Indicator Removal: Clear Windows Event Logs",
            "https://attack.mitre.org/techniques/T1070/001/",
        ),
        (
            "T1562.001",
            "Impair Defenses: Disable or Modify Tools",
            "https://attack.mitre.org/techniques/T1562/001/",
        ),
    ],
)
def test_a_technique_has_the_name_and_link_of_its_page(form: str, full_name: str, link: str) -> None:
    found = technique(form)
    assert found is not None
    assert (found.full_name, found.link) == (full_name, link)


@pytest.mark.parametrize(
    ("form", "retired", "replaced_by"),
    [
        ("attack.t1059.001", False, None),
        ("attack.t1086", True, "T1059.001"),
        ("attack.t1562", True, "T1685"),
        ("attack.t1043", True, None),
    ],
)
def test_a_retired_id_is_found_and_says_what_replaced_it(
    form: str, retired: bool, replaced_by: str | None
) -> None:
    found = technique(form)
    assert found is not None
    assert (found.retired, found.replaced_by) == (retired, replaced_by)


def test_a_revoked_id_keeps_its_name_and_takes_text_and_tactics_of_its_successor() -> None:
    revoked, successor = technique("T1077"), technique("T1021.002")
    assert revoked is not None
    assert successor is not None
    assert (revoked.name, successor.name) == ("Windows Admin Shares", "SMB/Windows Admin Shares")
    assert (revoked.text, revoked.tactics) == (successor.text, successor.tactics)


def test_fortisiem_knows_both_halves_of_defense_evasion_by_the_old_name() -> None:
    names = {entry.name: entry.fortisiem_name for entry in catalogue().tactics.values()}
    renamed = {name: theirs for name, theirs in names.items() if name != theirs}
    assert renamed == {"Stealth": "Defense Evasion", "Defense Impairment": "Defense Evasion"}


def test_tags_are_sorted_into_kinds_and_keep_their_order() -> None:
    found = from_tags(
        [
            "attack.persistence",
            "attack.t1053.005",
            "car.2013-08-001",
            "attack.execution",
            "attack.s0111",
            "attack.t1053",
            "attack.g0022",
            "cve.2021-44228",
            "detection.emerging-threats",
            "attack.t0000",
        ]
    )
    assert [entry.id for entry in found.tactics] == ["TA0003", "TA0002"]
    assert [entry.id for entry in found.techniques] == ["T1053.005", "T1053"]
    assert [(entry.id, entry.name, entry.link) for entry in found.related] == [
        ("S0111", "schtasks", "https://attack.mitre.org/software/S0111/"),
        ("G0022", "APT3", "https://attack.mitre.org/groups/G0022/"),
    ]
    assert found.unknown == ("attack.t0000",)


def test_a_data_source_has_its_own_page() -> None:
    (found,) = from_tags(["attack.ds0005"]).related
    assert (found.name, found.link) == ("WMI", "https://attack.mitre.org/datasources/DS0005/")


def test_the_same_thing_is_kept_once_however_it_is_spelt() -> None:
    found = from_tags(
        ["attack.stealth", "attack.defense-evasion", "attack.ta0005", "attack.t1036", "ATTACK.T1036"]
    )
    assert [entry.id for entry in found.tactics] == ["TA0005"]
    assert [entry.id for entry in found.techniques] == ["T1036"]
    assert from_tags(["attack.x1", "attack.x1"]).unknown == ("attack.x1",)


def test_a_rule_without_tags_has_nothing() -> None:
    found = from_tags([])
    assert (found.tactics, found.techniques, found.related, found.unknown) == ((), (), (), ())


_TAG = st.one_of(
    st.text(),
    st.builds(
        "{}{}".format,
        st.sampled_from(["attack.", "ATTACK.", "attack", "cve.", ""]),
        st.from_regex(r"\A(t|T|ta|s|g|ds)?[0-9]{0,4}(\.[0-9]{1,3})?\Z"),
    ),
    st.sampled_from(
        [f"attack.{form}" for table in (catalogue().tactics, catalogue().techniques) for form in table]
    ),
)


@given(st.lists(_TAG))
@example(["attack.\x00", "attack.İ", "attack. t1059"])
def test_each_tag_of_the_namespace_is_found_or_named_as_unknown(tags: list[str]) -> None:
    found = from_tags(tags)
    for tag in tags:
        alone = from_tags([tag])
        kinds = (alone.tactics, alone.techniques, alone.related, alone.unknown)
        assert sum(map(len, kinds)) == tag.strip().casefold().startswith("attack.")
        assert set(alone.unknown) <= set(found.unknown)
        assert set(alone.techniques) <= set(found.techniques)
        assert set(alone.tactics) <= set(found.tactics)
    for kind in (found.tactics, found.techniques, found.related, found.unknown):
        assert len(set(kind)) == len(kind)
