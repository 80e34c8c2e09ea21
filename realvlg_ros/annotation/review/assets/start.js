'use strict';
// What every part of the page uses: elements, and questions to the server.

const byId = (id) => document.getElementById(id);
const token = location.hash.slice(1);

// A new element; a text becomes text, never markup.
function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}
const make = (name, attributes = {}, ...children) =>
  fill(document.createElement(name), attributes, children);
const draw = (name, attributes = {}, ...children) =>
  fill(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, children);

// What is being done, or what went wrong, in words.
function say(words, isProblem = false) {
  byId('mode').textContent = words;
  byId('mode').className = isProblem ? 'problem' : '';
}

window.addEventListener('error', (event) => say(`The page failed: ${event.message}`, true));
window.addEventListener('unhandledrejection', (event) => say(event.reason.message, true));

async function ask(path, body) {
  const given = { headers: { 'X-Token': token } };
  if (body) Object.assign(given, { method: 'POST', body: JSON.stringify(body) });
  let reply;
  try {
    reply = await fetch(path, given);
  } catch {
    throw new Error('The server is gone: start `realvlg annotate --review` again; all is kept.');
  }
  if (reply.status === 403) {
    throw new Error('This address lacks its token: take the whole line that the command printed.');
  }
  if (path.startsWith('image/') && reply.ok) return reply.blob();
  const values = await reply.json();
  if (!reply.ok) throw new Error(values.problem);
  return values;
}
