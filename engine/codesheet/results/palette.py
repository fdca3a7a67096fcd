"""The few colours of result workbooks, and what each says."""

NAVY, INK, GREY_TEXT, BAND, WHITE = "#1F3864", "#262626", "#6B7280", "#E8EDF5", "#FFFFFF"
BAR = "#4A76B0"

GREEN, AMBER, RED, GREY, BLUE = "#3E9B6E", "#E3A12F", "#C2484D", "#A3ACB8", "#4A76B0"

SOLID = {
    "coded": GREEN,
    "review": AMBER,
    "no lines": GREY,
    "rejected": RED,
    "bill": GREEN,
    "inform": BLUE,
    "deny": RED,
    "drop": GREY,
}
"""The colour of each status and disposition, as chart slices and swatches show it."""

TINTS = {
    GREEN: ("#E3F3EA", "#1F5E40"),
    AMBER: ("#FFF1D2", "#7A5200"),
    RED: ("#FBE0E1", "#8E1F26"),
    GREY: ("#ECEEF1", "#4B5563"),
    BLUE: ("#DFEAF6", "#1F4A7C"),
}
"""Background and text of a cell that says a status or disposition."""
