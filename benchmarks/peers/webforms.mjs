// Plays answers in @getodk/xforms-engine, the engine of ODK Web Forms, and tells what it makes of every node.
// One job a line comes in, one answer a line goes out; `engines.py` says what they hold.

import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { JSDOM } from 'jsdom';

const BROWSER = [
  'Attr', 'CDATASection', 'CharacterData', 'Comment', 'Document', 'DocumentFragment', 'DOMParser', 'Element',
  'NamedNodeMap', 'Node', 'NodeList', 'ProcessingInstruction', 'Text', 'XMLDocument', 'XMLSerializer',
  'XPathResult', 'localStorage',
];

/** The engine expects a browser, and its WebAssembly loader must not notice that this is Node. */
async function load() {
  const { window } = new JSDOM('', { url: 'http://localhost/' });
  const globals = Object.fromEntries(BROWSER.map((name) => [name, window[name]]));
  for (const [name, value] of Object.entries({ ...globals, window, document: window.document })) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
  [new Response(), new FormData(), new File([], 'x')]; // made by Node on first use, which asks for its version
  const { versions } = process;
  const pretend = (value) => Object.defineProperty(process, 'versions', { value, configurable: true });
  pretend({ ...versions, node: undefined });
  const engine = await import('@getodk/xforms-engine');
  pretend(versions);
  return engine;
}

function* leaves(node) {
  const { children } = node.currentState;
  if (children == null) yield node;
  else for (const child of children) yield* leaves(child);
}

function* all(node) {
  yield node;
  for (const child of node.currentState.children ?? []) yield* all(child);
}

function tell(root) {
  const nodes = {};
  for (const node of leaves(root)) {
    const { reference, relevant, required, instanceValue } = node.currentState;
    const valid = node.validationState?.constraint?.valid ?? true;
    nodes[reference] = [relevant, required, valid, instanceValue ?? ''];
  }
  return nodes;
}

function find(root, ref, ranges) {
  for (const node of all(root)) {
    const range = node.nodeType.startsWith('repeat-range');
    if (range === ranges && node.currentState.reference === ref) return node;
  }
  throw new Error(`no node at ${ref}`);
}

function answer(node, value) {
  const words = value.split(' ').filter(Boolean);
  switch (node.nodeType) {
    case 'select':
      return node.selectType === 'select1' ? node.selectValue(value || null) : node.selectValues(words);
    case 'rank':
      return node.setValues(words);
    case 'trigger':
      return node.setValue(value === 'OK');
    case 'upload':
      return node.setValue(value ? new File(['x'], value, { type: 'image/jpeg' }) : null);
    default:
      return node.setValue(value || (node.valueType === 'string' ? '' : null));
  }
}

/** Does one step; answers how many milliseconds it took once its node was found. */
function apply(root, step) {
  const [, above, index] = /^(.*?)(?:\[(\d+)\])?$/.exec(step.ref);
  const node = step.do === 'set' ? find(root, step.ref, false) : find(root, above, true);
  const began = performance.now();
  if (step.do === 'set') {
    answer(node, step.value);
    node.validationState?.constraint?.valid;
  } else if (step.do === 'add') node.addInstances();
  else if (step.do === 'remove') node.removeInstances(Number(index) - 1);
  else throw new Error(`unknown step ${step.do}`);
  return performance.now() - began;
}

async function play(engine, job, told) {
  const began = performance.now();
  const { INSTANCE_FILE_NAME, INSTANCE_FILE_TYPE } = engine.constants;
  const fetchFormAttachment = async (url) => {
    try {
      return new Response(await readFile(join(job.folder, basename(new URL(url).pathname))));
    } catch {
      return new Response(null, { status: 404 });
    }
  };
  const form = await engine.loadForm(job.form, { fetchFormAttachment, missingResourceBehavior: 'BLANK' });
  if (form.status === 'failure') throw form.error;
  let instance;
  if (job.edit == null) {
    instance = form.createInstance();
  } else {
    const data = new FormData();
    data.set(INSTANCE_FILE_NAME, new File([job.edit], INSTANCE_FILE_NAME, { type: INSTANCE_FILE_TYPE }));
    for (const name of job.files ?? []) data.set(name, new File(['x'], name));
    instance = await form.editInstance({ inputType: 'FORM_INSTANCE_INPUT_RESOLVED', data: [data] });
  }
  const { root } = instance;
  told.load = performance.now() - began;
  const nodes = () => (job.brief ? {} : tell(root));
  told.states = [{ nodes: nodes() }];
  for (const step of job.steps) {
    const state = {};
    try {
      state.took = apply(root, step);
    } catch (error) {
      state.fault = String(error?.message ?? error);
    }
    told.states.push({ ...state, nodes: nodes() });
  }
}

// A form's own fault can surface in a computation that nothing here awaits.
process.on('unhandledRejection', () => {});

const engine = await load();
for await (const line of createInterface({ input: process.stdin })) {
  const job = JSON.parse(line);
  const told = { id: job.id, states: [] };
  try {
    await play(engine, job, told);
  } catch (error) {
    told.states = [];
    told.refused = String(error?.message ?? error);
  }
  process.stdout.write(`${JSON.stringify(told)}\n`);
}
process.stdout.write('', () => process.exit(0));
