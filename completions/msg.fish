# Completion of TOOL for fish: the tool itself is asked.

function __TOOL_complete
    set -l words (commandline -opc) (commandline -ct)
    for line in (TOOL --complete (math (count $words) - 2) $words[2..-1] 2>/dev/null)
        switch $line
            case :file
                __fish_complete_path (commandline -ct)
            case :dir
                __fish_complete_directories (commandline -ct)
            case '*'
                echo $line
        end
    end
end

complete -c TOOL -f -a '(__TOOL_complete)'
