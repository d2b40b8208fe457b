import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { entriesOf, readForms, readText } from './forms.ts';

function onlyForm(inside: string, head = 'action="/consent" method="post"') {
  const [form, ...others] = readForms(`<main><form ${head}>${inside}</form></main>`);
  assert.ok(form);
  assert.deepEqual(others, []);
  return form;
}

describe('the demo’s reader of HTML forms', () => {
  it('reads an address and a method in any order, case and quoting', () => {
    for (const head of ['action="/go" method="post"', "METHOD='POST' class=x action='/go'", 'method=post action=/go']) {
      const { action, method } = onlyForm('', head);
      assert.deepEqual([action, method], ['/go', 'POST']);
    }
    assert.deepEqual(onlyForm('', ''), { action: '', method: 'GET', fields: [], buttons: [] });
  });

  it('reads fields that stand side by side, each with its own value', () => {
    const { fields } = onlyForm(
      '<input type="hidden" name="flow" value="a"><input name=csrf value=b><input value="nameless">',
    );
    assert.deepEqual(
      fields.map(({ name, value, type }) => [name, value, type]),
      [
        ['flow', 'a', 'hidden'],
        ['csrf', 'b', 'text'],
      ],
    );
  });

  it('decodes entities in attributes and text', () => {
    const { fields, buttons } = onlyForm(
      '<input name="q" value="a&amp;b &quot;c&quot; &#39;d&#x27; &lt;e&gt; &unknown;"><button name="x" value="1">Don&rsquo;t &amp; won&#8217;t</button>',
    );
    assert.equal(fields[0]?.value, `a&b "c" 'd' <e> &unknown;`);
    assert.equal(buttons[0]?.text, 'Don&rsquo;t & won’t');
  });

  it('takes a quoted greater-than sign for what it is', () => {
    assert.equal(onlyForm('<input name="q" value="a > b"><input name="r" value=\'<"\'>').fields[1]?.value, '<"');
  });

  it('reads what stands on a button, markup left out', () => {
    const { buttons } = onlyForm(
      '<button class="google-button" name="decision" value="allow"><img src="/g.svg" alt=""><span>Sign in\n with Google</span></button><input type="submit" value="Go">',
    );
    assert.deepEqual(buttons, [
      { name: 'decision', value: 'allow', text: 'Sign in with Google' },
      { name: '', value: 'Go', text: 'Go' },
    ]);
  });

  it('leaves out what cannot be sent: disabled controls and buttons that do not submit', () => {
    const { fields, buttons } = onlyForm(
      '<input name="a" disabled><button type="button" name="b">B</button><button type="reset">C</button><input type="button" name="d">',
    );
    assert.deepEqual([fields, buttons], [[], []]);
  });

  it('does not read forms in comments and scripts', () => {
    const html =
      '<!-- <form action="/a"></form> --><script>"<form action=/b></form>"</script><form action="/c"></form>';
    assert.deepEqual(
      readForms(html).map(({ action }) => action),
      ['/c'],
    );
  });

  it('sends the fields, the ticked boxes and the pressed button', () => {
    const form = onlyForm(
      '<input type="hidden" name="flow" value="f"><input type="checkbox" name="scope" value="a" checked><input type="checkbox" name="scope" value="b"><input type="checkbox" name="on"><textarea name="t">x &amp; y</textarea><button name="decision" value="deny">No</button><button name="decision" value="allow">Yes</button>',
    );
    const button = form.buttons[1];
    assert.ok(button);
    assert.deepEqual(
      entriesOf(form, button, (field) => field.isChecked),
      [
        ['flow', 'f'],
        ['scope', 'a'],
        ['t', 'x & y'],
        ['decision', 'allow'],
      ],
    );
    const ticked = entriesOf(form, button, () => true).map(([name, value]) => `${name}=${value}`);
    assert.ok(ticked.includes('scope=b') && ticked.includes('on=on'));
  });

  it('reads a title and a heading without their markup', () => {
    const html = '<title>A &amp; B</title><h1 class="x">Let <bdi>ChatGPT</bdi> read\nyour data?</h1>';
    assert.equal(readText(html, 'title'), 'A & B');
    assert.equal(readText(html, 'h1'), 'Let ChatGPT read your data?');
    assert.equal(readText('<p>none</p>', 'h1'), undefined);
  });
});
