# Completion of TOOL for fish: the tool itself is asked.

function __TOOL_complete
    set -l words (commandline -opc)
    set -l typed (commandline -ct)
    # As the shell will read it, whatever quote is still open.
    set -l last (string unescape -- "$typed"
        or string unescape -- "$typed'"
        or string unescape -- "$typed\""
        or echo -- "$typed")
    for line in (TOOL --complete (math (count $words) - 1) $words[2..-1] "$last" 2>/dev/null)
        switch $line
            case :file
                __TOOL_paths "$last"
            case :dir
                __TOOL_paths "$last" | string match -r '.*/$'
            case '*'
                echo $line
        end
    end
end

# The paths that go on what is typed of one.
function __TOOL_paths
    set -l before (string match -r -- '^(?:--[^=]*=|[^=]*=@|@)' "$argv")
    set -l typed (string sub -s (math (string length -- "$before") + 1) -- "$argv")
    for path in (complete -C "'' "(string escape -n -- "$typed"))
        echo -- "$before$path"
    end
end

complete -c TOOL -f -a '(__TOOL_complete)'
