import type { ReactNode } from 'react';
import { EyeIcon } from '../ui/icons.tsx';

/** One step of a walk-through: a numbered section. */
export function Step({
  n,
  title,
  children,
}: {
  readonly n: number;
  readonly title: string;
  readonly children: ReactNode;
}) {
  return (
    <section aria-labelledby={`step-${n}`} className="lesson-step">
      <h2 id={`step-${n}`}>
        <span className="lesson-step-number">{n}</span> {title}
      </h2>
      {children}
    </section>
  );
}

/** What to look for in the X-ray after a command. */
export function Look({ children }: { readonly children: ReactNode }) {
  return (
    <div role="note" className="lesson-look">
      <span className="lesson-look-title">
        <EyeIcon /> In the X-ray
      </span>
      {children}
    </div>
  );
}

/** Images and containers side by side; each row is a question and its two answers. */
export function Compare({ rows }: { readonly rows: readonly (readonly [string, string, string])[] }) {
  return (
    <table className="lesson-compare">
      <thead>
        <tr>
          <td />
          <th scope="col">Image</th>
          <th scope="col">Container</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([question, image, container]) => (
          <tr key={question}>
            <th scope="row">{question}</th>
            <td>{image}</td>
            <td>{container}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
