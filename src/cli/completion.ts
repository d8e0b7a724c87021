export const shells = ['bash', 'zsh'] as const;
export type Shell = (typeof shells)[number];

/** @param commands each with the words and flags that may follow it. @returns what the shell is to evaluate. */
export function completionScript(
  shell: Shell,
  commands: readonly (readonly [string, readonly string[]])[],
): string {
  const names = commands.map(([name]) => name).join(' ');
  const cases = commands.map(([name, words]) => `    ${name}) words="${words.join(' ')}" ;;`).join('\n');
  return shell === 'bash' ? bash(names, cases) : zsh(names, cases);
}

const bash = (names: string, cases: string): string => `_lms_bridge() {
  local current=\${COMP_WORDS[COMP_CWORD]} words="${names}"
  [ "$COMP_CWORD" -gt 1 ] && case "\${COMP_WORDS[1]}" in
${cases}
    *) words="" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _lms_bridge lms-bridge
`;

/** In zsh `words` is the command line itself. */
const zsh = (names: string, cases: string): string => `#compdef lms-bridge
_lms_bridge() {
  local offered="${names}"
  (( CURRENT > 2 )) && case "\${words[2]}" in
${cases.replaceAll(') words=', ') offered=')}
    *) offered="" ;;
  esac
  compadd -- \${=offered}
}
compdef _lms_bridge lms-bridge
`;
