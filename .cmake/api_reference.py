"""Makes of docs/openapi.yaml what the server shows of it: the file itself, and a page for people, as C++ source.

    api_reference.py docs/openapi.yaml api_reference_pages.cc

The page is HTML and one style sheet, without a script and without anything from elsewhere.
"""

import base64
import hashlib
import html
import json
import re
import sys

import yaml

CHUNK = 4000  # octets a literal: compilers need not take longer ones than 65,536

STYLE = """
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#59636e;--line:#d1d9e0;--back:#fff;--box:#f6f8fa;--mark:#0550ae}
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9198a1;--line:#3d444d;--back:#0d1117;--box:#151b23;--mark:#79c0ff}}
*{box-sizing:border-box}html{scroll-padding-top:1rem}
body{margin:0;font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--back)}
.page{display:grid;grid-template-columns:18rem minmax(0,1fr);max-width:90rem;margin:0 auto}
nav{position:sticky;top:0;height:100vh;overflow:auto;padding:1.5rem 1rem;border-right:1px solid var(--line);font-size:.875rem}
nav ul{list-style:none;margin:0 0 1rem;padding:0}nav li{margin:.2rem 0}nav h2{font-size:.875rem;margin:1rem 0 .25rem}
main{padding:1.5rem 2rem 6rem;max-width:60rem;overflow-wrap:anywhere}
h1{margin-top:0}h2{margin-top:3rem}section>h3{margin:3rem 0 .25rem;padding-top:1rem;border-top:1px solid var(--line)}
a{color:var(--mark);text-decoration:none}a:hover,a:focus{text-decoration:underline}
code,pre{font:.875em/1.45 ui-monospace,monospace}pre{background:var(--box);border:1px solid var(--line);border-radius:6px;padding:.75rem 1rem;overflow:auto}
table{border-collapse:collapse;width:100%;font-size:.875rem;margin:.5rem 0 1rem}
th,td{text-align:left;vertical-align:top;padding:.35rem .75rem .35rem 0;border-bottom:1px solid var(--line)}
th{font-weight:600}.soft{color:var(--soft)}.must{color:var(--soft);font-size:.75rem}
.call{font:600 1rem/1.5 ui-monospace,monospace;overflow-wrap:anywhere}
.method{display:inline-block;min-width:4.5em;color:var(--mark)}
@media(max-width:50rem){.page{display:block}nav{position:static;height:auto;border:0}main{padding:1rem}}
""".strip()


def inline(text):
    text = html.escape(text, quote=False)
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", text)
    text = re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", text)
    text = re.sub(r"\[([^\]]+)\]\(errors\.md\)", r'<a href="/errors">\1</a>', text)
    text = re.sub(r"\[([^\]]+)\]\((https://[^)]+)\)", r'<a href="\2">\1</a>', text)
    return re.sub(r"\[([^\]]+)\]\([^)]+\.md[^)]*\)", r"\1", text)  # a relay serves no other page


def words(text, level=4):
    """The little of Markdown that descriptions use: paragraphs, lists, headings, code, bold."""
    out = []
    for block in re.split(r"\n\s*\n", (text or "").strip()):
        lines = block.split("\n")
        if lines[0].startswith("#"):
            out.append(f"<h{level}>{inline(lines[0].lstrip('# '))}</h{level}>")
            lines = lines[1:]
        if not lines or not "".join(lines).strip():
            continue
        if lines[0].startswith("- "):
            items = re.split(r"(?:^|\n)- ", "\n".join(lines))[1:]
            out.append("<ul>" + "".join(f"<li>{inline(' '.join(item.split()))}</li>" for item in items) + "</ul>")
        else:
            out.append(f"<p>{inline(' '.join(' '.join(lines).split()))}</p>")
    return "\n".join(out)


class Reference:
    def __init__(self, api):
        self.api = api

    def resolved(self, node):
        while isinstance(node, dict) and "$ref" in node:
            found = self.api
            for part in node["$ref"].removeprefix("#/").split("/"):
                found = found[part.replace("~1", "/").replace("~0", "~")]
            node = found
        return node

    def kind(self, schema):
        """A type in a few words; a named schema as a link."""
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[1]
            return f'<a href="#schema-{name}">{name}</a>'
        for several in ("oneOf", "anyOf", "allOf"):
            if several in schema:
                return (" and " if several == "allOf" else " or ").join(self.kind(one) for one in schema[several])
        if "const" in schema:
            return f"<code>{html.escape(json.dumps(schema['const']))}</code>"
        if "enum" in schema:
            return ", ".join(f"<code>{html.escape(json.dumps(one).strip(chr(34)))}</code>" for one in schema["enum"])
        kinds = schema.get("type", "object" if "properties" in schema else "any")
        kinds = kinds if isinstance(kinds, list) else [kinds]
        shown = []
        for kind in kinds:
            if kind == "array":
                shown.append("list of " + self.kind(schema.get("items", {})))
            elif kind == "object" and isinstance(schema.get("additionalProperties"), dict):
                shown.append("object of " + self.kind(schema["additionalProperties"]))
            else:
                shown.append(html.escape(kind))
        return " or ".join(shown)

    def limits(self, schema):
        schema = self.resolved(schema)
        said = []
        names = {
            "minimum": "from {}", "exclusiveMinimum": "more than {}", "maximum": "to {}", "exclusiveMaximum": "less than {}", "minLength": "{} characters or more",
            "maxLength": "at most {} characters", "minItems": "{} or more", "maxItems": "at most {}", "maxProperties": "at most {} entries",
            "default": "default {}",
        }
        for name, form in names.items():
            if name in schema:
                value = schema[name]
                said.append(form.format(f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else json.dumps(value)))
        return ", ".join(said)

    def properties(self, schema, prefix="", depth=0):
        """Rows of (name, schema, required), nested objects below what holds them."""
        schema = self.resolved(schema)
        for part in schema.get("allOf", []):
            yield from self.properties(part, prefix, depth)
        required = schema.get("required", [])
        for name, one in (schema.get("properties") or {}).items():
            if isinstance(one, dict):
                yield prefix + name, one, name in required
                if "$ref" not in one and depth < 4:
                    yield from self.properties(one, f"{prefix}{name}.", depth + 1)
                    items = one.get("items")
                    if isinstance(items, dict) and "$ref" not in items:
                        yield from self.properties(items, f"{prefix}{name}[].", depth + 1)

    def fields(self, schema):
        rows = []
        for name, one, required in self.properties(schema):
            told = self.resolved(one).get("description", "") if "$ref" not in one else one.get("description", "")
            limits = self.limits(one)
            rows.append(
                f"<tr><td><code>{html.escape(name)}</code>{' <span class=must>required</span>' if required else ''}</td>"
                f"<td>{self.kind(one)}{f' <span class=soft>{limits}</span>' if limits else ''}</td><td>{inline(' '.join(str(told).split()))}</td></tr>")
        if not rows:
            return f"<p>{self.kind(schema)}</p>"
        return "<table><thead><tr><th>Field</th><th>Type</th><th>Meaning</th></tr></thead><tbody>" + "".join(rows) + "</tbody></table>"

    def examples(self, media):
        found = []
        for example in (media.get("examples") or {}).values():
            example = self.resolved(example)
            found.append((example.get("summary", ""), example.get("value")))
        if "example" in media:
            found.append(("", media["example"]))
        return found

    def shown(self, value):
        text = value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
        return f"<pre>{html.escape(text, quote=False)}</pre>"

    def curl(self, method, path, media_type, body):
        lines = [f"curl -X {method.upper()} $BAUTA_URL{path} \\", '  -H "Authorization: Bearer $BAUTA_KEY"']
        if body is not None:
            text = json.dumps(body, ensure_ascii=False).replace("'", "'\\''")
            lines[-1] += " \\"
            lines += [f"  -H 'Content-Type: {media_type}' \\", f"  -d '{text}'"]
        return "<pre>" + html.escape("\n".join(lines), quote=False) + "</pre>"

    def operation(self, path, item, method):
        operation = item[method]
        out = [f'<section id="{operation["operationId"]}"><h3>{inline(operation["summary"])}</h3>',
               f'<p class=call><span class=method>{method.upper()}</span> {html.escape(path)}</p>',
               words(operation.get("description"))]
        parameters = [self.resolved(one) for one in item.get("parameters", []) + operation.get("parameters", [])]
        if parameters:
            out.append("<table><thead><tr><th>Parameter</th><th>Type</th><th>Meaning</th></tr></thead><tbody>")
            for one in parameters:
                limits = self.limits(one["schema"])
                out.append(
                    f"<tr><td><code>{html.escape(one['name'])}</code> <span class=must>{one['in']}{', required' if one.get('required') else ''}</span></td>"
                    f"<td>{self.kind(one['schema'])}{f' <span class=soft>{limits}</span>' if limits else ''}</td>"
                    f"<td>{inline(' '.join(one.get('description', '').split()))}</td></tr>")
            out.append("</tbody></table>")
        example = None
        media_type = "application/json"
        for media_type, media in (self.resolved(operation.get("requestBody", {})).get("content") or {}).items():
            out.append(f"<h4>Request body <span class=soft>{media_type}</span></h4>{self.fields(media['schema'])}")
            for summary, value in self.examples(media):
                example = value if example is None else example
        if method != "get" or path.startswith("/api/"):
            out.append(self.curl(method, path, media_type, example))
        out.append("<h4>Answers</h4>")
        for status, answer in operation["responses"].items():
            answer = self.resolved(answer)
            out.append(f"<p><strong>{status}</strong> {inline(' '.join(answer.get('description', '').split()))}</p>")
            for kind, media in (answer.get("content") or {}).items():
                if str(status).startswith("2"):
                    out.append(self.fields(media.get("schema", {})))
                for _, value in self.examples(media):
                    out.append(self.shown(value))
        return "\n".join(out) + "</section>"

    def page(self):
        info = self.api["info"]
        nav, main = [], []
        operations = [(path, item, method) for path, item in self.api["paths"].items() for method in item if method in ("get", "post", "patch", "put", "delete")]
        for tag in self.api["tags"]:
            of_tag = [one for one in operations if tag["name"] in one[1][one[2]]["tags"]]
            nav.append(f"<h2>{html.escape(tag['name'])}</h2><ul>")
            main.append(f"<h2>{html.escape(tag['name'])}</h2>{words(tag.get('description'))}")
            for path, item, method in of_tag:
                nav.append(f'<li><a href="#{item[method]["operationId"]}">{html.escape(item[method]["summary"])}</a></li>')
                main.append(self.operation(path, item, method))
            nav.append("</ul>")
        main.append("<h2>Schemas</h2>")
        nav.append("<h2>Schemas</h2><ul>")
        for name, schema in self.api["components"]["schemas"].items():
            nav.append(f'<li><a href="#schema-{name}">{name}</a></li>')
            main.append(f'<section id="schema-{name}"><h3>{name}</h3>{words(schema.get("description"))}{self.fields(schema)}</section>')
        nav.append("</ul>")
        return ('<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
                f"<title>{html.escape(info['title'])} API</title><style>{STYLE}</style></head><body><div class=page>"
                f'<nav aria-label="Contents"><a href="/openapi.yaml">openapi.yaml</a> · <a href="/errors">errors</a>{"".join(nav)}</nav>'
                f"<main><h1>{html.escape(info['title'])} API</h1><p>{inline(info['summary'])}</p>{words(info['description'], 2)}{''.join(main)}</main>"
                "</div></body></html>\n")


def literal(octets):
    out = []
    for octet in octets:
        char = chr(octet)
        if char in '"\\?':
            out.append("\\" + char)
        elif char == "\n":
            out.append("\\n")
        elif 0x20 <= octet < 0x7F:
            out.append(char)
        else:
            out.append(f"\\{octet:03o}")
    return '"' + "".join(out) + '"'


def chunks(name, text):
    octets = text.encode()
    pieces = [octets[at:at + CHUNK] for at in range(0, len(octets), CHUNK)]
    lines = "".join(f"    {{{literal(piece)}, {len(piece)}}},\n" for piece in pieces)
    return f"constexpr std::string_view {name}[] = {{\n{lines}}};\n"


def main(source, target):
    with open(source, encoding="utf-8") as file:
        text = file.read()
    page = Reference(yaml.safe_load(text)).page()
    style_hash = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    with open(target, "w", encoding="utf-8") as out:
        out.write('// Made from docs/openapi.yaml by .cmake/api_reference.py.\n#include "proxy/api/reference.h"\n\n#include <span>\n\nnamespace bauta::api {\nnamespace {\n\n')
        out.write(chunks("kOpenapi", text) + "\n" + chunks("kPage", page))
        out.write('\nstd::string joined(std::span<const std::string_view> chunks) {\n  std::string text;\n  for (const auto chunk : chunks) text += chunk;\n  return text;\n}\n\n}  // namespace\n\n')
        out.write("std::string openapi_document() { return joined(kOpenapi); }\nstd::string reference_page() { return joined(kPage); }\n")
        out.write(f"std::string_view page_style() {{ return {literal(STYLE.encode())}; }}\nstd::string_view page_style_hash() {{ return {literal(style_hash.encode())}; }}\n\n")
        out.write("}  // namespace bauta::api\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
