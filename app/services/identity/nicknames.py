"""Short forms of given names and the formal name each stands for, as offices in English- and Spanish-speaking cities meet them."""

from __future__ import annotations

_SHORT_FORMS = """
abigail abby gail|albert al bert|alexander alex sandy sasha oleksandr|alexandra alex sandra|alfred al fred|andrew andy drew|anthony tony
antonio tono toni|arthur art|barbara barb barbie babs|benjamin ben benny|catherine cathy cate|charles charlie chuck|christine chris chrissy
christina chris tina|christopher chris topher|cynthia cindy|daniel dan danny|david dave davey|deborah debbie deb debra|donald don donnie
dorothy dot dottie|edward ed eddie ted ned|elizabeth liz beth betty eliza lizzie betsy|eugene gene|florence flo|frances fran
francisco paco pancho|franklin frank|frederick fred freddie|gabriel gabe|gerald jerry gerry|gregory greg|guadalupe lupe|harold harry hal
henry hank|isabel isa|jacob jake|james jim jimmy jamie|jeffrey jeff geoffrey|jennifer jen jenny|jessica jess jessie|john jack johnny
jonathan jon|jose pepe|joseph joe joey|joshua josh|judith judy|katherine kate kathy katie kathryn|katarzyna kasia|kenneth ken kenny
kimberly kim|lawrence larry|leonard len lenny|louis lou|malgorzata gosia|manuel manny|margaret peggy meg maggie marge|matthew matt
michael mike mick mickey|mohammed mo mohamed muhammad|nancy nan|nathan nate|nathaniel nate|nicholas nick nicky|pamela pam
patricia pat patty trish|patrick pat paddy|peter pete|philip phil|raymond ray|rebecca becky becca|richard rick dick rich ricky
robert bob rob bobby robbie|ronald ron ronnie|rosemary rose|russell russ|samuel sam sammy|samantha sam|stanley stan|stephen steve steven
susan sue susie suzy|theodore ted teddy|theresa terry tess teresa|thomas tom tommy|timothy tim|victoria vicky tori|vincent vince vinny
virginia ginny|walter walt wally|william bill will billy willy|wojciech wojtek|zachary zach zack
"""


def _table() -> dict[str, str]:
    """Short form to formal name. One that stands for several (``pat``, ``chris``) stands for none: it may be either."""
    found: dict[str, str] = {}
    doubtful: set[str] = set()
    for group in _SHORT_FORMS.replace("\n", "|").split("|"):
        formal, *shorts = group.split() or [""]
        for short in shorts:
            if found.setdefault(short, formal) != formal:
                doubtful.add(short)
    return {short: formal for short, formal in found.items() if short not in doubtful}


FORMAL = _table()
