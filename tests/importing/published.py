"""Files in CMS's layouts, as published: preambles, `*` dates, fixed width."""

from pathlib import Path

PAIRS = """\
CPT only copyright 2025 American Medical Association.  All rights reserved.\t\t\t\t\t\t
Column1/Column2 Edits\t\t\t\t\t\t
Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale
\t\tprior to 1996\tDate\tDate\t0=not allowed\t
\t\t\t\t*=no data\t1=allowed\t
\t\t\t\t\t9=not applicable\t
0001A\t0591T\t\t20220101\t20231231\t1\tCPT Manual or CMS manual coding instruction
0001A\t90473\t\t20220101\t20220101\t9\tCPT Manual or CMS manual coding instruction
96413\t96372\t\t20050101\t*\t1\tMisuse of Column Two code with Column One code
96413\t36000\t*\t19960101\t*\t1\tStandards of medical / surgical practice
"""

LIMITS = """\
"Current Procedural Terminology (CPT) codes and other data only are copyright 2025.

CPT\N{REGISTERED SIGN} is a registered trademark, and all that.",,,
"HCPCS/
CPT Code",Practitioner Services MUE Values,MUE Adjudication Indicator,MUE Rationale
0001U,1,2 Date of Service Edit: Policy,Code Descriptor / CPT Instruction
95165,30,3 Date of Service Edit: Clinical,"Clinical: Data, and more"
J9271,400,1 Line Edit,Prescribing Information
"""

ADD_ONS = """\
Add-on code edits
Add-on Code,AOC Del Dt (Julian),Primary Code,Primary Code Del Dt (Julian),AOC Edit Type,\
AOC Edit Eff Dt (Julian),AOC Edit Del Dt (Julian),Special Instruction/Notes
96415,,96413,,1,2013091,,
96361,,96360,2024366,1,2013091,,96360 Practitioner Only
99292,2030001,CCCCC,,2,2013091,2029365,
"""

HCPCS = """\
HCPC,SEQNUM,RECID,LONG DESCRIPTION,SHORT DESCRIPTION,ADD DT,ACT EFF DT,TERM DT,ACTION CD
   JG,0010,7,"Drug acquired with a program discount","Drug 340b",20180101,20250101,20241231,N
J9271,0010,3,"Injection of something, 1 mg","Inj of something",20160101,20160101,,N
J9271,0020,4,"and more words of it",,,,,
J9031,0010,3,"Bladder thing","Bladder thing",19970101,20190701,20190630,D
"""

DIAGNOSES = """\
00001 A00     0 Cholera                                                      Cholera
00002 A000    1 Cholera due to Vibrio cholerae 01, biovar cholerae           Cholera due to Vibrio cholerae 01
12345 J301    1 Allergic rhinitis due to pollen                              Allergic rhinitis due to pollen
23456 T63441A 1 Toxic effect of venom of bees, accidental, init              Toxic effect of venom of bees
"""


def fixed_width_hcpcs() -> str:
    """Give two codes and a modifier in CMS's record layout of 320 places."""
    return "".join(
        _record(code, record, text, added, ends)
        for code, record, text, added, ends in (
            ("J9271", "3", "Inj of something", "20160101", ""),
            ("J9271", "4", "", "", ""),
            ("   JG", "7", "Drug 340b", "20180101", "20241231"),
        )
    )


def _record(code: str, record: str, text: str, added: str, ends: str) -> str:
    line = f"{code:<5}00010{record}{'long words':<80}{text:<28}".ljust(268)
    return f"{line}{added:<8}{added:<8}{ends:<8}N".ljust(320) + "\n"


def write(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path
