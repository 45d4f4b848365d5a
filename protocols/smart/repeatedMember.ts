/**
 * Whether an object in a JSON text has a member twice (RFC 8259 section 4 leaves open which counts; JSON.parse takes
 * the last). In linear time; the text must be valid JSON. Names are compared as written.
 */
export function repeatsMember(json: string): boolean {
  const open: Set<string>[] = [];
  let name = '';
  for (let at = 0; at < json.length; at += 1) {
    switch (json[at]) {
      case '"': {
        const end = endOfString(json, at);
        name = json.slice(at, end + 1);
        at = end;
        break;
      }
      case '{':
        open.push(new Set());
        break;
      case '}':
        open.pop();
        break;
      case ':': {
        const members = open.at(-1);
        if (members?.has(name)) return true;
        members?.add(name);
        break;
      }
    }
  }
  return false;
}

function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at;
}
