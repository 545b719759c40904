/** What people and agents say on an ordinary day, so that records have the words and the lengths of real ones. */

export const PROMPTS = [
  "The pager drops the last page when the result has exactly 50 rows. Find out why, fix it and add a test.",
  "Please look at the failing test in tests/store_test.ts: it says expected 3, got 4. Fix the cause, not the test.",
  "Why does the build take so long? Profile it and tell me which step is the slowest.",
  "Add a flag --dry-run to the import command and document it in docs/import.md",
  "Rename Customer.mail to Customer.email everywhere, with a migration.\nKeep the old column readable for one release.",
  "Read the README and tell me how a release is made here.",
];

export const COMMANDS = [
  "git status --short && git diff --stat",
  "rg -n 'pageCount' src tests --glob '*.ts'",
  "sed -n 1,80p src/http/pager.ts",
  "deno test -A tests/store_test.ts --filter pages",
  "npm run build -- --mode production",
  "python3 -m pytest -q tests/test_parser.py::test_nested -x 2>&1 | tail -20",
  "psql -h localhost -U app -c 'select count(*) from orders where paid_at is null'",
  "cargo clippy --all-targets -- -D warnings",
  "curl -s http://localhost:8080/healthz",
  "go test ./internal/store -run TestSegment -count=1",
  "git commit -m 'Pager: the last page may be full'",
  "ls -la src/components",
];

export const ANSWERS = [
  "The last page was cut because `limit` counted the header row. It is fixed in src/http/pager.ts:41, with a test for a " +
  "page that is exactly full; all 214 tests pass.",
  "The slowest step is type checking (38 s of 52 s): it runs once per package. One project reference less brings it to 11 s. " +
  "Shall I change tsconfig.json?",
  "Done. The flag prints what would be imported and exits 0 without a write; the manual has a section on it.",
];

/** The entry of `list` for `turn`, so that equal turns say equal things. */
export function nth(list: readonly string[], turn: number): string {
  return list[turn % list.length] ?? "";
}
