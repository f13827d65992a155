"""What can be changed in a site: its kinds of change as far as departments take them, and departments' own actions."""

from __future__ import annotations

from collections.abc import Iterable

from app.services.departments import Asker, Departments
from app.services.handing_over import apply_of
from models.changes import ChangeKind, Offer
from models.verification import LEVELS, Level


class Offers:
    """``declared`` are the site's kinds of change; what else a manifest takes is an action of that department."""

    def __init__(self, departments: Departments, declared: Iterable[ChangeKind]) -> None:
        self._departments = departments
        self._declared = {kind.id: kind for kind in declared}
        self._actions: dict[tuple[str, str], ChangeKind] = {}
        self._taking: dict[str, list[str]] = {}
        for name, port in departments.ports.items():
            for apply in port.manifest.apply if "apply" in port.manifest.capabilities else ():
                self._taking.setdefault(apply.change, []).append(name)
                if apply.change not in self._declared:
                    level: Level = apply.level or ("anonymous" if apply.anonymous else port.manifest.level)
                    action = ChangeKind(
                        id=apply.change,
                        title=apply.title or apply.change.replace("_", " ").capitalize(),
                        short=apply.short,
                        fields=apply.fields,
                        level=level,
                        roles=apply.roles,
                        reasons=apply.reasons,
                    )
                    self._actions[apply.change, name] = action
        self.kinds: dict[str, ChangeKind] = self._declared | {change: action for (change, _), action in self._actions.items()}

    def kind(self, name: str, departments: Iterable[str] = ()) -> ChangeKind | None:
        """A kind of change; of an action, as the first of these departments has it: two may call one of their own the same."""
        own = (self._actions.get((name, department)) for department in departments)
        return next((each for each in own if each is not None), self.kinds.get(name))

    def taking(self, kind: str) -> tuple[str, ...]:
        """The departments that take it, in the order of their titles."""
        return tuple(self._taking.get(kind, ()))

    def anonymous(self, kind: str) -> bool:
        """Whether it needs no person in any department."""
        return all(apply_of(self._departments.ports[name].manifest, kind).anonymous for name in self.taking(kind))

    def level(self, kind: str, department: str) -> Level:
        """From which level of verification on it may be made there: the higher of the kind's and the department's own."""
        own = apply_of(self._departments.ports[department].manifest, kind).level
        of_kind = self._actions.get((kind, department), self.kinds[kind]).level
        return of_kind if own is None else max(own, of_kind, key=LEVELS.index)

    def all(self, asker: Asker) -> tuple[Offer, ...]:
        """Those of which one department at least takes something from this role, for this purpose."""
        return tuple(self._offers(asker))

    def _offers(self, asker: Asker) -> Iterable[Offer]:
        for kind in self._declared.values():
            names = self.taking(kind.id)
            may = any(self._departments.may_write(name, kind.id, asker) for name in names)
            if may and (not kind.roles or asker.role in kind.roles):
                yield Offer(kind, names)
        for (change, name), action in self._actions.items():
            if self._departments.may_write(name, change, asker):
                apply = apply_of(self._departments.ports[name].manifest, change)
                yield Offer(action, (name,), apply.on, apply.states, apply.anonymous)
