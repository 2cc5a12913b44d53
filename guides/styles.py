"""The four attachment styles, with their names and descriptions for readers."""

from dataclasses import dataclass
from enum import StrEnum


class Style(StrEnum):
    """The regions of the plane of anxiety and avoidance: labels for regions, not kinds of people (Bartholomew & Horowitz 1991).

    Where two regions are equally likely, scoring takes the one that comes first here.
    """

    SECURE = "secure"
    ANXIOUS = "anxious"
    DISMISSIVE = "dismissive"
    FEARFUL = "fearful"


@dataclass(frozen=True)
class Description:
    name: str
    description: str


# In the order of lists.
STYLES = {
    Style.ANXIOUS: Description("Anxious", "When silence feels like the end, and you need to hear once more that all is well."),
    Style.DISMISSIVE: Description("Dismissive-avoidant", "When closeness feels like pressure, and you'd rather handle things alone."),
    Style.FEARFUL: Description("Fearful-avoidant", "When you want someone near and, once they are, want to get away."),
    Style.SECURE: Description("Secure", "When closeness mostly feels easy, and you want to keep it so."),
}
NO_STYLE = Description("For everyone", "Skills that help, wherever you stand.")
CHOICES = [(str(style), described.name) for style, described in STYLES.items()]  # of a form field


def style_name(style: str) -> str:
    """Returns the name of a style, or of "" for a guide without one. Raises ValueError for any other text."""
    return STYLES[Style(style)].name if style else NO_STYLE.name
