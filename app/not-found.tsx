import type { Metadata } from 'next';
import Link from 'next/link';
import { Header } from './player/header.tsx';

export const metadata: Metadata = { title: 'Not found' };

export default function NotFound() {
  return (
    <div className="landing">
      <Header />
      <main className="not-found">
        <h1>There is no such page</h1>
        <p>The address may be mistyped, or the lesson may have been renamed.</p>
        <p>
          <Link href="/" className="button button-primary">
            All lessons
          </Link>
        </p>
      </main>
    </div>
  );
}
