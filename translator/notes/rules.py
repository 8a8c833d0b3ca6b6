"""Codes of notes on a rule, its condition, its values and its log source."""

from __future__ import annotations

from translator.notes.kinds import Code, Effect

FIELD_IN_RAW = Code(
    "field-in-raw",
    Effect.WIDER,
    "No attribute holds the field; its place in the raw message is searched instead.",
    "Map the field with --taxonomy if your parser extracts it, or refuse such rules with --strict.",
)
FIELD_IN_EVENT_TYPE = Code(
    "field-in-event-type",
    Effect.ASSUMPTION,
    "The value is part of the event type's name, which is taken to be made as published ones are.",
    "Compare with the event types that your system shows.",
)
MAPPING_GUESS = Code(
    "mapping-guess",
    Effect.ASSUMPTION,
    "What the events are called or where a field is kept is a guess; no document and no parser says so.",
    "Compare with a real event, and put the right row into a file for --taxonomy.",
)
FIELD_UNMAPPED = Code(
    "field-unmapped",
    Effect.WIDER,
    "The field is not known for this log source; the raw message is searched for the value.",
    "Add the field with --taxonomy (docs/taxonomy.md), or refuse such rules with --strict.",
)
FIELD_UNSEARCHABLE = Code(
    "field-unsearchable",
    Effect.REFUSED,
    "No attribute holds the field, and the condition cannot be searched for in the raw message.",
    "Map the field with --taxonomy.",
)
FIELDS_SHARE_ATTRIBUTE = Code(
    "fields-share-attribute",
    Effect.ASSUMPTION,
    "Two fields of the rule land on one attribute, which holds one of them at a time.",
    "Check with a real event which of the fields your parser stores there.",
)
KEYWORD_IN_RAW = Code(
    "keyword-in-raw",
    Effect.WIDER,
    "A keyword is searched in the whole raw message, element names and header included.",
    "Prefer a rule that names the field.",
)
LOG_SOURCE_UNKNOWN = Code(
    "log-source-unknown",
    Effect.REFUSED,
    "No event type is known for the log source.",
    "Fill in the entry that 'translate explain RULE' prints, and pass it with --taxonomy (docs/taxonomy.md).",
)
NO_EVENT_TYPE = Code(
    "no-event-type",
    Effect.REFUSED,
    "FortiSIEM has no event of this kind.",
    "If a parser of yours makes such events, fill in the entry that 'translate explain RULE' prints.",
)
EVENT_TYPE_UNCERTAIN = Code(
    "event-type-uncertain",
    Effect.INFO,
    "The event type's name is not sure, so the event id and the event source are tested.",
    "Replace the condition by the event type that your system shows, for speed.",
)
EVENT_TYPE_OPEN = Code(
    "event-type-open",
    Effect.INFO,
    "The rule names no event id, so the channel decides instead of an event type.",
    "Add an EventID to the Sigma rule, for speed.",
)
EVENT_TYPE_OF_PROVIDER = Code(
    "event-type-of-provider",
    Effect.NARROWER,
    "The rule asks for providers by a pattern; its event ids are looked for in the event types of the "
    "provider that is known to log them.",
    "Add the event types of other providers with --taxonomy.",
)
SOURCES_PRIMARY = Code(
    "sources-primary",
    Effect.INFO,
    "Only the primary event type of the log source is used; others exist.",
    "Use --sources all to include them.",
)
SOURCE_LACKS_ATTRIBUTE = Code(
    "source-lacks-attribute",
    Effect.INFO,
    "An event type of the log source has no such attribute; the condition counts as not matching there.",
    "Leave the source out with --sources primary.",
)
VALUE_TRANSFORMED = Code(
    "value-transformed",
    Effect.INFO,
    "The parser stores the value in another form; the condition was changed to match.",
    "Nothing to do.",
)
VALUE_UNKNOWN = Code(
    "value-unknown",
    Effect.NARROWER,
    "The parser replaces values by others, and the rule asks for one that has no known replacement.",
    "Add the value to the row with --taxonomy.",
)
ADDRESS_IN_PARTS = Code(
    "address-in-parts",
    Effect.WIDER,
    "The parser keeps host, path and query of an address apart, and neither scheme nor port.",
    "Ask for host and path in conditions of their own.",
)
VALUE_ENCODED = Code(
    "value-encoded",
    Effect.NARROWER,
    "The log writes some values in another encoding, in which a pattern is not searched.",
    "Ask with contains, startswith or endswith, which are searched in both.",
)
DASH_IS_ABSENT = Code(
    "dash-is-absent",
    Effect.WIDER,
    "The parser drops the value '-', so an absent attribute is tested; an event without the field "
    "matches too.",
    "Nothing to do for events that always carry the field.",
)
EMPTY_MAY_BE_ABSENT = Code(
    "empty-may-be-absent",
    Effect.WIDER,
    "Whether a parser keeps an empty value is not known, so an absent attribute is accepted too.",
    "Nothing to do for events that always carry the field.",
)
CASE_SENSITIVE = Code(
    "case-sensitive",
    Effect.WIDER,
    "The Sigma condition respects letter case, FortiSIEM's comparison ignores it.",
    "Check whether other spellings occur; see --profile case-strict.",
)
FIELDREF_ASSUMED = Code(
    "fieldref-assumed",
    Effect.ASSUMPTION,
    "The condition compares two attributes; that a filter may do so was not seen in published rules.",
    "Try the rule in the rule test of your system.",
)
FIELDREF_UNSUPPORTED = Code(
    "fieldref-unsupported",
    Effect.REFUSED,
    "FortiSIEM cannot compare a part of one attribute with another.",
    "Rewrite the Sigma rule without the reference.",
)
FIELDREF_SAME_ATTRIBUTE = Code(
    "fieldref-same-attribute",
    Effect.REFUSED,
    "Both fields of the reference land on one attribute, so the comparison says nothing.",
    "Map one of the fields elsewhere with --taxonomy.",
)
REGEX_UNSUPPORTED = Code(
    "regex-unsupported",
    Effect.REFUSED,
    "The pattern uses a construct that PCRE and RE2 do not share (look-around, back-reference, ...).",
    "Rewrite the pattern without it.",
)
REGEX_INVALID = Code(
    "regex-invalid",
    Effect.REFUSED,
    "The pattern is not a valid regular expression.",
    "Correct the pattern.",
)
PATTERN_TOO_LONG = Code(
    "pattern-too-long",
    Effect.REFUSED,
    "A single value makes a pattern longer than FortiSIEM's converter allows.",
    "Shorten the value in the Sigma rule.",
)
LITERAL_UNPRINTABLE = Code(
    "literal-unprintable",
    Effect.REFUSED,
    "A value has a character that no filter can hold.",
    "Leave the character out of the value.",
)
NAME_UNPRINTABLE = Code(
    "name-unprintable",
    Effect.REFUSED,
    "An attribute has a name that no filter can hold.",
    "Correct the attribute in the file given with --taxonomy.",
)
FILTER_TOO_LARGE = Code(
    "filter-too-large",
    Effect.REFUSED,
    "The filter is longer or nested deeper than anything that FortiSIEM is known to read.",
    "Split the Sigma rule.",
)
NAME_CHARACTERS = Code(
    "name-characters",
    Effect.REFUSED,
    "A name has characters that FortiSIEM does not accept.",
    "Rename the rule.",
)
CONTAIN_BACKSLASH = Code(
    "contain-backslash",
    Effect.REFUSED,
    "What a backslash means inside CONTAIN is not known.",
    "Write the condition with REGEXP.",
)
PATTERN_ON_TYPED = Code(
    "pattern-on-typed",
    Effect.REFUSED,
    "The attribute is a number or an address, and the condition needs text.",
    "Rewrite the condition as values, ranges or networks.",
)
CIDR_AS_PATTERN = Code(
    "cidr-as-pattern",
    Effect.ASSUMPTION,
    "The attribute is text; the network is matched by a pattern over its usual spelling.",
    "Map the field to an IP attribute with --taxonomy if there is one.",
)
ADDRESS_MAPPED = Code(
    "address-mapped",
    Effect.ASSUMPTION,
    "An IPv4 address that is written as an IPv6 one (::ffff:192.0.2.1) is taken to be the IPv4 address; "
    "Sigma tells them apart.",
    "Nothing to do, unless your events have such addresses and FortiSIEM tells them apart as well.",
)
COMPARE_ON_TEXT = Code(
    "compare-on-text",
    Effect.REFUSED,
    "The attribute is text; FortiSIEM orders only numbers.",
    "Map the field to a numeric attribute with --taxonomy.",
)
TIME_PART = Code(
    "time-part",
    Effect.REFUSED,
    "FortiSIEM's filters know only the hour and the day of the week of a time.",
    "Leave the condition out, or use a scheduled exception.",
)
TIME_PART_ASSUMED = Code(
    "time-part-assumed",
    Effect.ASSUMPTION,
    "HourOfDay works on the collector's time zone; that filters of rules accept it is documented for "
    "an old version.",
    "Try the rule in the rule test of your system.",
)
PLACEHOLDER = Code(
    "placeholder-unresolved",
    Effect.REFUSED,
    "The rule has a placeholder without values.",
    "Give the values with --placeholders FILE.",
)
NEVER_MATCHES = Code(
    "never-matches",
    Effect.REFUSED,
    "After translation no event can satisfy the rule.",
    "See the other notes for the condition that fell away.",
)
UNSUPPORTED_CONDITION = Code(
    "condition-unsupported",
    Effect.REFUSED,
    "The condition uses a construct that is not part of Sigma 2.1.",
    "Rewrite the condition.",
)
RULE_INVALID = Code(
    "rule-invalid",
    Effect.REFUSED,
    "The file is not a valid Sigma rule.",
    "Correct the rule; the Sigma specification describes each part.",
)
ATTACK_UNKNOWN = Code(
    "attack-unknown",
    Effect.INFO,
    "A tag looks like ATT&CK but is not in the shipped table; it is left out.",
    "Check the tag.",
)
SEVERAL_TACTICS = Code(
    "several-tactics",
    Effect.INFO,
    "FortiSIEM keeps one tactic for each rule; the first tag is used.",
    "Change the sub-category in the GUI if another tactic fits better.",
)
NAME_CHANGED = Code(
    "name-changed",
    Effect.INFO,
    "Characters that FortiSIEM does not accept were left out of a name.",
    "Nothing to do.",
)
SPEC_OVER_LIBRARY = Code(
    "spec-over-library",
    Effect.INFO,
    "The Sigma specification and the pySigma library differ here; the specification was followed.",
    "Nothing to do.",
)
