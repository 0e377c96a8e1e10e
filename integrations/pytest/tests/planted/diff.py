"""Unified diffs of one file, applied without any leniency."""


class Unfit(Exception):
    pass


def apply(diff, before):
    """The text after the diff. Every line of context has to be where the diff says it is."""
    lines = diff.splitlines(keepends=True)
    if not (lines[0].startswith("--- ") and lines[1].startswith("+++ ")):
        raise Unfit("there is no header")
    old, new, at = before.splitlines(keepends=True), [], 0
    last = ""
    for line in lines[2:]:
        if line.startswith("@@ -"):
            start, _, length = line.split()[1].lstrip("-").partition(",")
            # A hunk that takes out nothing names the line before it.
            start = int(start) - (length != "0")
            new += old[at:start]
            at = start
        elif line.startswith("\\"):
            ended = new if last in "+ " else None
            if ended and last == "+":
                new[-1] = new[-1].removesuffix("\n")
        else:
            last, text = line[0], line[1:]
            if last in " -":
                if at >= len(old) or old[at].removesuffix("\n") != text.removesuffix("\n"):
                    raise Unfit(f"line {at + 1} is not {text!r}")
                new += [old[at]] if last == " " else []
                at += 1
            elif last == "+":
                new.append(text)
            else:
                raise Unfit(f"not a line of a diff: {line!r}")
    return "".join(new + old[at:])
