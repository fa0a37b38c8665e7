'use client';

import { useState } from 'react';
import { CheckIcon, CopyIcon } from '../ui/icons.tsx';

const SAID_FOR_MS = 2000;

/** A command with a button that copies it. Without JavaScript there is no button, and the text can be selected. */
export function CopyCommand({ command }: { readonly command: string }) {
  const [copied, setCopied] = useState<'yes' | 'no' | null>(null);
  const copy = async () => {
    const done = await navigator.clipboard.writeText(command).then(
      () => 'yes' as const,
      () => 'no' as const,
    );
    setCopied(done);
    setTimeout(() => setCopied(null), SAID_FOR_MS);
  };
  return (
    <div className="copy-command">
      <code data-prompt="$">{command}</code>
      <span role="status">{copied === 'yes' ? 'Copied' : copied === 'no' ? 'Not allowed: select it' : ''}</span>
      <button type="button" className="icon-button" aria-label={`Copy: ${command}`} title="Copy" onClick={copy}>
        {copied === 'yes' ? <CheckIcon /> : <CopyIcon />}
      </button>
    </div>
  );
}
