import Link from 'next/link';
import { Mark } from '../ui/icons.tsx';
import { ThemeToggle } from '../ui/theme-toggle.tsx';

export function Header({ title, order }: { readonly title?: string; readonly order?: number }) {
  return (
    <header className="page-header">
      <Link href="/" className="brand" prefetch={false}>
        <Mark /> Drydock
      </Link>
      {title && (
        <h1 className="page-header-title">
          <span className="text-muted">Lesson {order}</span> {title}
        </h1>
      )}
      <nav aria-label="Site" className="page-header-links">
        {/* Beside a lesson in a tab of its own: leaving the lesson's page ends its machine. */}
        <Link href="/images/" prefetch={false} {...(title && { target: '_blank' })}>
          Images<span className="sr-only"> that can be pulled{title && ', in a new tab'}</span>
        </Link>
      </nav>
      <ThemeToggle />
    </header>
  );
}
