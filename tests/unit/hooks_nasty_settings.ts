/** Settings files as people have them. */
const other = `{ "hooks": [{ "type": "command", "command": "other" }] }`;

export const NASTY: Readonly<Record<string, string>> = {
  "empty file": "",
  "empty object": "{}",
  "empty object with a line end": "{}\n",
  "empty object with a comment": "{\n  // nothing yet\n}\n",
  "only white space": "\n\n",
  "one line": '{"model":"x","hooks":{"Stop":[{"hooks":[{"type":"command","command":"other"}]}]},"z":[1,2]}',
  "no trailing newline": '{\n  "model": "x"\n}',
  "CRLF": '{\r\n  "model": "x",\r\n  "env": {\r\n    "A": "1"\r\n  }\r\n}\r\n',
  "byte order mark": '\ufeff{\n  "model": "x"\n}\n',
  "tabs": '{\n\t"model": "x",\n\t"env": {\n\t\t"A": "1"\n\t}\n}\n',
  "comments":
    '// head\n{\n  /* block\n   * of lines */\n  "model": "x", // why\n  "env": {} // last\n  // end\n}\n// tail\n',
  "trailing commas": '{\n  "model": "x",\n  "hooks": {\n    "Stop": [\n      ' + other + ",\n    ],\n  },\n}\n",
  "other hooks on the same events": `{
  "hooks": {
    "Stop": [
      // mine
      ${other},
      ${other}
    ],
    "PreToolUse": [${other}],
    "Unknown": []
  },
  "permissions": { "allow": ["Bash(ls)"], "deny": [] }
}
`,
  "empty containers": '{\n  "hooks": {\n    "Stop": [],\n    "PreToolUse": []\n  }\n}\n',
  "empty hooks": '{\n  "hooks": {},\n  "a": 1\n}\n',
  "nested unknown keys":
    '{\n  "x": { "hooks": { "Stop": [ { "deep": [[{}]] } ] } },\n  "$schema": "https://example.org"\n}\n',
  "the same key twice": '{\n  "hooks": {},\n  "hooks": {\n    "Stop": [ ' + other + " ]\n  }\n}\n",
  "all hooks disabled": '{\n  "disableAllHooks": true\n}\n',
  "wide characters": '{\n  "model": "ünï 😀 \\" // no comment",\n  "b": "/* neither */"\n}\n',
};
