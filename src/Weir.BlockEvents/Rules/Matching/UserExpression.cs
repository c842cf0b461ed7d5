using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Weir.BlockEvents.Rules.Matching;

/// <summary>Users' regular expressions: only such as run in time linear in the line, whatever the line.</summary>
internal static class UserExpression
{
    private const int MaxLength = 10_000;

    /// <summary>Compiles an expression in .NET's or Rust's syntax. It must have a group <c>kdev</c>.</summary>
    public static bool TryCompile(string expression, [NotNullWhen(true)] out Regex? regex, [NotNullWhen(false)] out string? problem)
    {
        regex = null;
        if (expression.Length > MaxLength)
        {
            problem = $"its regular expression has more than {MaxLength} characters";
            return false;
        }

        if (!RustSyntax.TryTranslate(expression, out string? translated, out problem)) return false;
        try
        {
            regex = new(translated, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (NotSupportedException)
        {
            problem = "its regular expression needs backtracking (a look-around, a back-reference, an atomic group or a conditional) or is too large; such a one could stall the daemon";
            return false;
        }
        catch (ArgumentException exception)
        {
            problem = $"its regular expression cannot be read: {exception.Message}";
            return false;
        }

        if (regex.GroupNumberFromName("kdev") >= 0) return true;
        regex = null;
        problem = "its regular expression has no group (?<kdev>…)";
        return false;
    }
}
