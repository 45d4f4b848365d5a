import './styles/base.css';
import './styles/parts.css';
import './styles/forms.css';
import './styles/shell.css';
import './styles/sign-in.css';
import './styles/overview.css';
import './styles/table.css';
import './styles/registration.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
