"""What all replays of claims without Flink share: cases are tried, and what was said is compared with what is expected."""


def replay(title, claims, outcome):
    """The claims that fail; `outcome` says what a client has against a case, nothing where it takes it."""
    failed = set()
    count = 0
    for claim in claims:
        for case in claim["cases"]:
            said = outcome(case)
            [expected] = case["expect"]
            count += 1
            good = said == "" if expected.get("ok") else expected["refused"] in said
            if not good:
                failed.add(claim["id"])
                print(f"  {claim['id']} / {case['name']}: {expected}\n    seen: {said or 'taken'}")
    print(f"{title}: {count} expectations of {len(claims)} claims, {len(failed)} claims fail")
    return failed
