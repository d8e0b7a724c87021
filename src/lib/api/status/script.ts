/**
 * What a page does in the browser: it asks for its changing parts again, and puts in what is different, so that
 * nothing flickers, and focus and selection stay; its buttons call the API with the key that opened the page, and its
 * links take the key along.
 */
export const script = String.raw`
'use strict';
(function () {
  var page = new URL(location.href);
  var key = page.searchParams.get('code');
  var api = new URL(document.body.getAttribute('data-api'), page).pathname;
  var again = document.body.getAttribute('data-again') === 'yes';
  var banner = document.getElementById('banner');
  var said = document.getElementById('said');
  var busy = {}, watched = {}, timer;
  document.documentElement.classList.add('js');

  function every() {
    var slow = document.querySelector('[data-every]');
    return slow && Number(slow.getAttribute('data-every')) || 3000;
  }

  function call(path, body) {
    var headers = key ? { 'x-functions-key': key } : {};
    if (body !== undefined) headers['content-type'] = 'application/json';
    return fetch(path, {
      method: body === undefined ? 'GET' : 'POST', headers: headers, body: body, cache: 'no-store',
      credentials: 'same-origin', signal: AbortSignal.timeout(30000)
    }).then(function (answer) {
      return answer.text().then(function (text) {
        if (answer.ok) return text;
        var problem = {};
        try { problem = JSON.parse(text); } catch (e) { /* not the app's own answer */ }
        var error = new Error(problem.detail || problem.title || (answer.status === 401
          ? 'The key that opened this page is no longer good; open it with another'
          : 'The app answers ' + answer.status));
        error.fields = problem.errors || [];
        throw error;
      });
    }, function () { throw new Error('The app cannot be reached'); });
  }

  /* A part of this very page. */
  function part(name, runId) {
    var query = new URLSearchParams(page.search);
    query.delete('code');
    query.set('part', name);
    if (runId) query.set('runId', runId);
    return call(page.pathname + '?' + query).then(function (text) {
      return withKey(new DOMParser().parseFromString(text, 'text/html'));
    });
  }

  function withKey(within) {
    if (key) within.querySelectorAll('a[data-page]').forEach(function (link) {
      var to = new URL(link.getAttribute('href'), page);
      to.searchParams.set('code', key);
      link.setAttribute('href', to.pathname + to.search);
    });
    return within;
  }
  withKey(document);
  if (key) document.querySelectorAll('form[method=get]').forEach(function (form) {
    var field = document.createElement('input');
    field.type = 'hidden'; field.name = 'code'; field.value = key;
    form.append(field);
  });

  function keyOf(node) { return node.nodeType === 1 ? node.getAttribute('data-key') : null; }

  function patch(old, now) {
    if (old.nodeType !== 1) { if (old.data !== now.data) old.data = now.data; return; }
    for (var a of now.attributes) if (old.getAttribute(a.name) !== a.value) old.setAttribute(a.name, a.value);
    for (var b of Array.from(old.attributes))
      if (!now.hasAttribute(b.name) && b.name !== 'disabled') old.removeAttribute(b.name);
    var keyed = {};
    for (var c of old.childNodes) if (keyOf(c)) keyed[keyOf(c)] = c;
    var at = old.firstChild;
    for (var want of Array.from(now.childNodes)) {
      var k = keyOf(want);
      var match = k ? keyed[k] : at && !keyOf(at) && at.nodeType === want.nodeType && at.nodeName === want.nodeName ? at : null;
      if (!match) { old.insertBefore(document.importNode(want, true), at); continue; }
      if (match === at) at = at.nextSibling; else old.insertBefore(match, at);
      patch(match, want);
    }
    while (at) { var next = at.nextSibling; at.remove(); at = next; }
  }

  function refresh() {
    clearTimeout(timer);
    return part('now').then(function (now) {
      if (!document.querySelector('main [data-live]')) { location.reload(); return; }
      now.querySelectorAll('[data-live]').forEach(function (part) {
        var old = document.getElementById(part.id);
        if (old) patch(old, part);
      });
      document.title = document.getElementById('verdict').getAttribute('data-title');
      banner.hidden = true;
      document.body.classList.remove('stale');
    }).catch(function (error) {
      var last = document.querySelector('[data-at]');
      var text = error.message.replace(/\.$/, '') + '. Trying again.' +
        (last ? ' What you see is of ' + last.getAttribute('data-at') + '.' : '');
      if (banner.textContent !== text) banner.textContent = text;
      banner.hidden = false;
      document.body.classList.toggle('stale', !!last);
    }).then(later);
  }

  function later() {
    clearTimeout(timer);
    if (again) timer = setTimeout(tick, every());
  }
  function tick() { if (document.hidden) later(); else refresh(); }
  document.addEventListener('visibilitychange', function () { if (again && !document.hidden) refresh(); });

  function say(text, bad) { said.textContent = text; said.className = bad ? 'said bad' : 'said'; }

  function post(path, body, button) {
    if (busy[path + body]) return Promise.resolve();
    busy[path + body] = true;
    button.disabled = true;
    return call(api + path, body).then(JSON.parse).then(function (answer) { refresh(); return answer; }).finally(function () {
      delete busy[path + body];
      button.disabled = false;
    });
  }

  document.addEventListener('click', function (event) {
    var button = event.target.closest && event.target.closest('button[data-post]');
    if (!button) return;
    var path = button.getAttribute('data-post');
    post(path, button.getAttribute('data-body') || '{}', button).then(function (answer) {
      if (!answer) return;
      say(answer.replayed !== undefined ? answer.replayed + ' tried again.' : answer.ended ? answer.system + ' is called again.' : answer.runs ? 'Started.' : 'Cancelled: it stops within seconds.');
      follow(answer.runs || []);
    }, function (error) { say(error.message, true); said.scrollIntoView({ block: 'nearest' }); });
  });

  var results = document.getElementById('results');
  /* Where results have no place on the page, one run is followed on its own. */
  function follow(runs) {
    if (results) runs.reverse().forEach(watch);
    else if (runs.length === 1)
      location.assign(api + 'status/runs/' + encodeURIComponent(runs[0].runId) + (key ? '?code=' + encodeURIComponent(key) : ''));
  }
  function watch(run) {
    if (watched[run.runId]) return;
    watched[run.runId] = true;
    var failures = 0;
    var slot = document.createElement('article');
    slot.id = 'result-' + run.runId;
    results.prepend(slot);
    (function look() {
      part('run', run.runId).then(function (answer) {
        failures = 0;
        var now = answer.querySelector('article');
        patch(slot, now);
        if (now.getAttribute('data-ended') === 'no') setTimeout(look, 1500);
      }).catch(function () { if (++failures < 100) setTimeout(look, every()); });
    })();
  }

  var form = document.getElementById('resync');
  if (form) form.addEventListener('submit', function (event) {
    event.preventDefault();
    var asked = {};
    for (var field of form.elements) {
      field.removeAttribute('aria-invalid');
      if (!field.name) continue;
      if (field.type === 'checkbox') { if (field.checked) asked[field.name] = true; }
      else if (field.value.trim()) asked[field.name] = field.value.trim();
    }
    say('Starting…');
    post('resync', JSON.stringify(asked), form.querySelector('button')).then(function (answer) {
      if (!answer) return;
      say(answer.runs.length === 1 ? 'Started.' : answer.runs.length + ' runs started.');
      follow(answer.runs);
    }, function (error) {
      say(error.message, true);
      var field = error.fields && error.fields[0] && form.elements[error.fields[0].field];
      if (field) { field.setAttribute('aria-invalid', 'true'); field.focus(); }
    });
  });

  var more = document.getElementById('more');
  if (more) more.addEventListener('click', function () {
    var rows = document.querySelectorAll('#runs tr[data-key], #older tr[data-key]');
    if (!rows.length) return;
    more.disabled = true;
    part('runs', rows[rows.length - 1].getAttribute('data-key')).then(function (answer) {
      var body = answer.querySelector('tbody');
      for (var row of Array.from(body.rows)) document.getElementById('older').append(document.importNode(row, true));
      more.hidden = body.getAttribute('data-more') !== 'yes';
    }).catch(function (error) { say(error.message, true); }).finally(function () { more.disabled = false; });
  });

  later();
})();
`;
