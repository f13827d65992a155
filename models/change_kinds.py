"""The kinds of change that a site knows where it declares none: what citizens tell a city once (site.toml, ``[[change]]``)."""

from __future__ import annotations

from models.changes import ChangeKind, FieldChoice, FormField

_FROM = FormField(name="from_date", label="From", type="date", default="today")

USUAL_CHANGES: tuple[ChangeKind, ...] = (
    ChangeKind(
        id="address",
        title="Change of address",
        short="New address",
        fields=(FormField(name="address", label="New address", type="address"), _FROM),
        reasons=("Moving", "New address"),
    ),
    ChangeKind(
        id="name",
        title="Change of name",
        short="New name",
        fields=(
            FormField(name="given_name", label="Given name"),
            FormField(name="family_name", label="Family name"),
            _FROM,
        ),
        level="strong",
    ),
    ChangeKind(id="phone", title="Change of phone", short="New phone", fields=(FormField(name="phone", label="New phone", type="phone"),)),
    ChangeKind(
        id="email", title="Change of e-mail", short="New e-mail", fields=(FormField(name="email", label="New e-mail", type="email"),)
    ),
    ChangeKind(
        id="death",
        title="Report a death",
        short="Death",
        fields=(
            FormField(name="death_date", label="Date of death", type="date"),
            FormField(name="reported_by", label="Reported by"),
        ),
        level="identified",
    ),
    ChangeKind(
        id="household_member",
        title="New household member",
        short="New in family",
        fields=(
            FormField(name="member_given_name", label="Given name"),
            FormField(name="member_family_name", label="Family name"),
            FormField(name="member_birth_date", label="Birth date", type="date"),
            FormField(
                name="relation",
                label="Relation",
                type="choice",
                choices=(
                    FieldChoice("child", "Child"),
                    FieldChoice("partner", "Spouse or partner"),
                    FieldChoice("parent", "Parent"),
                    FieldChoice("other", "Other"),
                ),
            ),
            _FROM,
        ),
    ),
)
