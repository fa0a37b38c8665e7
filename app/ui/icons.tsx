import type { ReactNode } from 'react';

/** Icons are drawn on a 16 px grid with one stroke; they stand beside words or a label, so they are hidden from readers. */
function Icon({ children, size = 16 }: { readonly children: ReactNode; readonly size?: number }) {
  return (
    <svg
      aria-hidden="true"
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      {children}
    </svg>
  );
}

export const SunIcon = () => (
  <Icon>
    <circle cx="8" cy="8" r="3" />
    <path d="M8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1.1 1.1M11.9 11.9 13 13M3 13l1.1-1.1M11.9 4.1 13 3" />
  </Icon>
);

export const MoonIcon = () => (
  <Icon>
    <path d="M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7Z" />
  </Icon>
);

export const RunIcon = () => (
  <Icon size={14}>
    <path d="M4.5 3v10l8-5z" fill="currentColor" strokeWidth="1" />
  </Icon>
);

export const InsertIcon = () => (
  <Icon size={14}>
    <path d="M2 8h8M7 5l3 3-3 3M13.5 3v10" />
  </Icon>
);

export const LockIcon = ({ size = 11 }: { readonly size?: number }) => (
  <Icon size={size}>
    <rect x="3" y="7" width="10" height="7" rx="1" />
    <path d="M5 7V5a3 3 0 0 1 6 0v2" />
  </Icon>
);

export const EyeIcon = () => (
  <Icon>
    <path d="M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8Z" />
    <circle cx="8" cy="8" r="2" />
  </Icon>
);

export const PlusIcon = () => (
  <Icon size={14}>
    <path d="M8 3v10M3 8h10" />
  </Icon>
);

export const CrossIcon = () => (
  <Icon size={14}>
    <path d="m4 4 8 8M12 4l-8 8" />
  </Icon>
);

export const RestartIcon = () => (
  <Icon size={14}>
    <path d="M13 8a5 5 0 1 1-1.5-3.6M13 2v3h-3" />
  </Icon>
);

export const WarningIcon = () => (
  <Icon>
    <path d="M8 2 1.5 13.5h13zM8 6.5v3.5M8 12v.1" />
  </Icon>
);

export const HammerIcon = () => (
  <Icon size={14}>
    <path d="M7.5 6.5 2.5 12l1.5 1.5 5.5-5M6 3.5 9 2l4.5 4.5-2 2L6 3.5Z" />
  </Icon>
);

export const CopyIcon = () => (
  <Icon size={14}>
    <path d="M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3" />
  </Icon>
);

export const CheckIcon = () => (
  <Icon size={14}>
    <path d="m3 8.5 3.5 3.5L13 4.5" />
  </Icon>
);

export const LessonIcon = () => (
  <Icon>
    <path d="M3 2.5h8l2 2v9H3zM5.5 6h5M5.5 8.5h5M5.5 11h3" />
  </Icon>
);

export const EditorIcon = () => (
  <Icon>
    <path d="M5.5 4.5 2 8l3.5 3.5M10.5 4.5 14 8l-3.5 3.5" />
  </Icon>
);

export const TerminalIcon = () => (
  <Icon>
    <path d="M2.5 3.5h11v9h-11zM5 6.5 7 8 5 9.5M8.5 10H11" />
  </Icon>
);

export const LayersIcon = () => (
  <Icon>
    <path d="M2 12.5h12v-3H2zM2 9.5h8v-3H2zM5 6.5v-4l3 1.2-3 1.2" />
  </Icon>
);

/** The mark: a hull standing on blocks in a dock. */
export const Mark = ({ size = 22 }: { readonly size?: number }) => (
  <svg aria-hidden="true" width={size} height={size} viewBox="0 0 24 24">
    <path
      d="M2 5v15.25h20V5"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.75"
      strokeLinecap="round"
      strokeLinejoin="round"
    />
    <rect x="6" y="13.5" width="12" height="3" rx=".75" fill="var(--accent)" />
    <rect x="6" y="9.25" width="12" height="3" rx=".75" fill="var(--accent)" opacity=".7" />
    <rect x="6.6" y="4.6" width="5.4" height="3.4" rx=".75" fill="none" stroke="var(--accent)" strokeWidth="1.2" />
  </svg>
);
