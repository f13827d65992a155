"""The words for a department that did not answer, in the language of the desk.

The English words are kept in models.outcomes.FAULT_WORDS, which the commands print too; here they are marked for
translation, and a test holds the two against each other.
"""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from models.outcomes import FAULT_WORDS, WRITING_WORDS, Fault
from views import words


def on_chip(fault: Fault) -> str:
    """Two or three words."""
    word = QCoreApplication.translate("Fault", FAULT_WORDS.get(fault.key, FAULT_WORDS["unexpected"])[0])
    if fault.until is not None:
        return QCoreApplication.translate("Fault", "{word} until {time}").format(word=word, time=words.clock(fault.until))
    return word


def in_a_sentence(fault: Fault) -> str:
    """What happened and what to do."""
    text = QCoreApplication.translate("Fault", FAULT_WORDS.get(fault.key, FAULT_WORDS["unexpected"])[1])
    if fault.until is not None:
        return (
            text
            + " "
            + QCoreApplication.translate("Fault", "By itself it is asked again from {time} on.").format(time=words.clock(fault.until))
        )
    if fault.retry_after:
        text += " " + QCoreApplication.translate("Fault", "Ask again in {seconds} s.").format(seconds=round(fault.retry_after))
    return text


def of_change(key: str) -> str:
    """Why a change was not made, in a sentence; empty where that is not known."""
    text = WRITING_WORDS.get(key) or FAULT_WORDS.get(key, ("", ""))[1]
    return QCoreApplication.translate("Fault", text) if text else ""


MARKED = (
    QT_TRANSLATE_NOOP("Fault", "no connection"),
    QT_TRANSLATE_NOOP("Fault", "The department's system can't be reached. Try again, or tell the caller it is down."),
    QT_TRANSLATE_NOOP("Fault", "not trusted"),
    QT_TRANSLATE_NOOP("Fault", "The department's certificate is not one that we trust, so nothing was asked. Tell the administrator."),
    QT_TRANSLATE_NOOP("Fault", "error there"),
    QT_TRANSLATE_NOOP("Fault", "The department's system reported an error of its own. Try again in a moment."),
    QT_TRANSLATE_NOOP("Fault", "no answer"),
    QT_TRANSLATE_NOOP("Fault", "The department did not answer in time. Try again."),
    QT_TRANSLATE_NOOP("Fault", "too slow"),
    QT_TRANSLATE_NOOP("Fault", "The department began to answer but did not finish in time. Try again."),
    QT_TRANSLATE_NOOP("Fault", "too busy"),
    QT_TRANSLATE_NOOP("Fault", "The department asks us to wait before the next question."),
    QT_TRANSLATE_NOOP("Fault", "resting"),
    QT_TRANSLATE_NOOP(
        "Fault", "Not asked: it failed several times in a row, or wants us to wait. Press its chip or F5 to ask it all the same."
    ),
    QT_TRANSLATE_NOOP("Fault", "sign-in refused"),
    QT_TRANSLATE_NOOP("Fault", "The department refused our credential. An administrator must renew it."),
    QT_TRANSLATE_NOOP("Fault", "no credential"),
    QT_TRANSLATE_NOOP("Fault", "The credential of this department is not in the keyring. An administrator must add it."),
    QT_TRANSLATE_NOOP("Fault", "refused"),
    QT_TRANSLATE_NOOP("Fault", "The department does not let this credential see what was asked."),
    QT_TRANSLATE_NOOP("Fault", "not found there"),
    QT_TRANSLATE_NOOP("Fault", "The department does not know this number."),
    QT_TRANSLATE_NOOP("Fault", "question refused"),
    QT_TRANSLATE_NOOP("Fault", "The department did not accept the question. An administrator should check the manifest."),
    QT_TRANSLATE_NOOP("Fault", "changed meanwhile"),
    QT_TRANSLATE_NOOP("Fault", "The department's data changed meanwhile. Read it again."),
    QT_TRANSLATE_NOOP("Fault", "locked there"),
    QT_TRANSLATE_NOOP("Fault", "The department has locked this matter: it takes no change now."),
    QT_TRANSLATE_NOOP("Fault", "outcome unknown"),
    QT_TRANSLATE_NOOP("Fault", "Nobody can tell from here whether the department made the change. A person must look there."),
    QT_TRANSLATE_NOOP("Fault", "not data"),
    QT_TRANSLATE_NOOP("Fault", "The department sent a web page instead of data. It may be under maintenance."),
    QT_TRANSLATE_NOOP("Fault", "incomplete answer"),
    QT_TRANSLATE_NOOP("Fault", "The answer broke off half-way. Nothing of it is shown. Try again."),
    QT_TRANSLATE_NOOP("Fault", "unreadable text"),
    QT_TRANSLATE_NOOP("Fault", "The answer is not in the character set it claims. Nothing of it is shown."),
    QT_TRANSLATE_NOOP("Fault", "too much"),
    QT_TRANSLATE_NOOP("Fault", "The answer was larger than allowed and was not read. Narrow the search."),
    QT_TRANSLATE_NOOP("Fault", "unreadable answer"),
    QT_TRANSLATE_NOOP("Fault", "The answer could not be read. Tell the administrator of this department."),
    QT_TRANSLATE_NOOP("Fault", "old data"),
    QT_TRANSLATE_NOOP("Fault", "What the department delivers is older than it should be: much may have changed. Tell the administrator."),
    QT_TRANSLATE_NOOP("Fault", "some left out"),
    QT_TRANSLATE_NOOP("Fault", "Some of what the department delivered can't be read and is left out. Tell the administrator."),
    QT_TRANSLATE_NOOP("Fault", "unexpected form"),
    QT_TRANSLATE_NOOP("Fault", "The answer does not have the form that the manifest describes."),
    QT_TRANSLATE_NOOP("Fault", "endless pages"),
    QT_TRANSLATE_NOOP("Fault", "The department's pages never end. Only an administrator can mend this."),
    QT_TRANSLATE_NOOP("Fault", "unexpected error"),
    QT_TRANSLATE_NOOP("Fault", "Something unexpected happened here. It was logged; the other departments are not affected."),
    QT_TRANSLATE_NOOP("Fault", "The department's system can't be reached. The change is kept and sent as soon as it can be."),
    QT_TRANSLATE_NOOP("Fault", "The department's system reported an error of its own."),
    QT_TRANSLATE_NOOP("Fault", "The department did not answer in time."),
    QT_TRANSLATE_NOOP("Fault", "The department began to answer but did not finish in time."),
    QT_TRANSLATE_NOOP("Fault", "The answer broke off half-way."),
    QT_TRANSLATE_NOOP("Fault", "The department asks us to wait before the next change."),
    QT_TRANSLATE_NOOP("Fault", "The department does not let this credential make the change."),
    QT_TRANSLATE_NOOP("Fault", "The department does not know what was to be changed."),
    QT_TRANSLATE_NOOP("Fault", "The department did not accept the change."),
    QT_TRANSLATE_NOOP("Fault", "The department's data changed meanwhile: compare, then decide."),
    QT_TRANSLATE_NOOP("Fault", "The caller must show a proof first."),
    QT_TRANSLATE_NOOP("Fault", "The role does not allow this change there."),
    QT_TRANSLATE_NOOP("Fault", "The caller must be verified further first."),
    QT_TRANSLATE_NOOP("Fault", "The department does not answer now. The change is kept and sent as soon as it does."),
    QT_TRANSLATE_NOOP("Fault", "Nothing is known there of this person."),
    QT_TRANSLATE_NOOP("Fault", "The department has these values already."),
)
