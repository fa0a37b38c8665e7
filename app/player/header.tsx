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
      <span className="ml-auto" />
      <ThemeToggle />
    </header>
  );
}
