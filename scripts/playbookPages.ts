import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeSpan, markdownText } from '../api/packets/markdown.ts';
import type { Claim, Playbook } from '../domain/people/playbooks/playbook.ts';
import { durationText } from '../domain/time/durationText.ts';
import { loadPlaybooks } from '../runtime/playbooks.ts';

/** Writes `docs/playbooks/` from `playbooks/`: one page a vendor. A test compares them. */
export const pagesDirectory = join(import.meta.dirname, '../docs/playbooks');

const who = { us: 'We', 'health-system': 'Health system', vendor: 'Vendor' } as const;
const wait = (duration: string | null) => (duration === null ? 'not known' : durationText(duration));

/** The page of one playbook, with the sources of every claim as footnotes. */
export function playbookPage(playbook: Playbook): string {
  const { vendor, id, portal, certified, scopes, distribution, recognise } = playbook;
  const cite = (sources: Claim) => sources.map((source) => `[^${source}]`).join('');
  const facts = [
    `Portal: ${portal === null ? 'none in particular' : `<${portal}>`}`,
    `Recognised by: ${patterns([...recognise.hosts, ...recognise.paths])}${cite(recognise.sources)}`,
    `Certified API technology: ${certified.answer}${cite(certified.sources)}${certified.developer === null ? '' : `; the deadlines of 45 CFR 170.404(b)(1) are owed by ${markdownText(certified.developer)}${certified.answer === 'yes' ? '' : ', if it is'}`}`,
    `Scopes: ${scopes.dialect === 'unknown' ? 'as the server says' : `SMART ${scopes.dialect} where the server does not say`}${cite(scopes.sources)}`,
    `A new credential may be refused for: ${wait(distribution.longest)}${cite(distribution.sources)}`,
  ];
  const steps = playbook.steps.map(
    (step, index) =>
      `| ${index + 1} | **${markdownText(step.title)}**: ${markdownText(step.text)}${cite(step.sources)} | ${who[step.who]} | ${wait(step.expectedWait)} |`,
  );
  const fields = playbook.pasteBack.map(
    ({ label, field, where, required, sources }) =>
      `| ${markdownText(label)}${cite(sources)} | ${codeSpan(field)} | ${required ? 'yes' : 'where there is one'} | ${markdownText(where)} |`,
  );
  return `${[
    `# ${markdownText(vendor)}`,
    `<!-- Made from playbooks/${id}.yaml by "node scripts/playbookPages.ts"; change that. -->`,
    facts.map((fact) => `- ${fact}`).join('\n'),
    '## Steps',
    ['| | Step | Who | Expected wait |', '| --- | --- | --- | --- |', ...steps].join('\n'),
    '## To bring back',
    ['| What the vendor calls it | Field | Needed | Where it is |', '| --- | --- | --- | --- |', ...fields].join('\n'),
    ...(playbook.notes.length === 0
      ? []
      : ['## Notes', playbook.notes.map(({ text, sources }) => `- ${markdownText(text)}${cite(sources)}`).join('\n')]),
    ...(playbook.sources.length === 0
      ? []
      : [
          '## Sources',
          playbook.sources
            .map(
              (source) =>
                `[^${source.id}]: ${markdownText(source.title)}${source.url === null ? '' : `. <${source.url}>`}`,
            )
            .join('\n'),
        ]),
  ].join('\n\n')}\n`;
}

function patterns(all: readonly string[]): string {
  return all.length === 0 ? 'nothing; it is taken when no other fits' : all.map(codeSpan).join(', ');
}

if (import.meta.main) {
  const { all } = await loadPlaybooks();
  for (const stale of readdirSync(pagesDirectory)) rmSync(join(pagesDirectory, stale));
  for (const playbook of all) writeFileSync(join(pagesDirectory, `${playbook.id}.md`), playbookPage(playbook));
  process.stdout.write(`${all.length} pages in docs/playbooks\n`);
}
