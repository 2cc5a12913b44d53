"""How the four regions of the plane are named and described to readers. Names of regions, not of people."""

from dataclasses import dataclass
from enum import StrEnum


class Style(StrEnum):
    """Regions of the plane of anxiety and avoidance; the names are labels only (Bartholomew & Horowitz 1991)."""

    ANXIOUS = "anxious"
    DISMISSIVE = "dismissive"
    FEARFUL = "fearful"
    SECURE = "secure"


@dataclass(frozen=True)
class Description:
    name: str
    description: str


STYLES = {
    Style.ANXIOUS: Description("Anxious", "When silence feels like the end, and you need to hear once more that all is well."),
    Style.DISMISSIVE: Description("Dismissive-avoidant", "When closeness feels like pressure, and you'd rather handle things alone."),
    Style.FEARFUL: Description("Fearful-avoidant", "When you want someone near and, once they are, want to get away."),
    Style.SECURE: Description("Secure", "When closeness mostly feels easy, and you want to keep it so."),
}
NO_STYLE = Description("For everyone", "Skills that help, wherever you stand.")
