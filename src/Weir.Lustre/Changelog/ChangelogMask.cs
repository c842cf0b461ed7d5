using System.Globalization;

namespace Weir.Lustre.Changelog;

/// <summary>A set of record types, as <c>changelog_mask</c> and changelog users have it: bit n is type n.</summary>
/// <param name="Bits">One bit a type.</param>
public readonly record struct ChangelogMask(ulong Bits)
{
    /// <summary>Every type, those without a name included.</summary>
    public static ChangelogMask Everything { get; } = new(ulong.MaxValue);

    /// <summary>Every type that has a name (CHANGELOG_ALLMASK).</summary>
    public static ChangelogMask All { get; } = new((1UL << ChangelogTypes.Count) - 1);

    /// <summary>What an MDT records unless told otherwise: all but OPEN, ATIME, GXATR and NOPEN (CHANGELOG_DEFMASK).</summary>
    public static ChangelogMask Default { get; } = new(0x77_fbff);

    /// <summary>Whether the type is in the set. Numbers beyond 63 are only in <see cref="Everything"/>.</summary>
    public bool Contains(ChangelogType type) => (uint)type < 64 ? (Bits >> (int)type & 1) != 0 : Bits == ulong.MaxValue;

    /// <summary>
    /// Reads type names, in any case, separated by commas or blanks; ALL and DEFAULT stand for their sets, a leading
    /// <c>+</c> or <c>-</c> adds or removes (starting from DEFAULT when it is the first), and a number is the bits themselves.
    /// </summary>
    public static bool TryParse(string text, out ChangelogMask mask, out string problem)
    {
        mask = default;
        problem = "";
        string[] words = text.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0) problem = "no record type is named";
        if (words is [var number] && number.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            && ulong.TryParse(number.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong bits))
        {
            mask = new(bits);
            return true;
        }

        if (words.Length > 0 && words[0][0] is '+' or '-') mask = Default;
        foreach (string word in words)
        {
            string name = word.TrimStart('+', '-');
            ChangelogMask named;
            if (name.Equals("ALL", StringComparison.OrdinalIgnoreCase)) named = All;
            else if (name.Equals("DEFAULT", StringComparison.OrdinalIgnoreCase)) named = Default;
            else if (ChangelogTypes.TryParse(name, out ChangelogType type)) named = new(1UL << (int)type);
            else
            {
                problem = $"'{name}' is not a record type; there are {string.Join(", ", Enumerable.Range(0, ChangelogTypes.Count).Select(t => ChangelogTypes.Text((ChangelogType)t)))}, ALL and DEFAULT";
                return false;
            }

            mask = word[0] == '-' ? new(mask.Bits & ~named.Bits) : new(mask.Bits | named.Bits);
        }

        return problem.Length == 0;
    }

    /// <summary>The names in the set, separated by commas.</summary>
    public override string ToString()
    {
        ulong bits = Bits;
        return string.Join(',', Enumerable.Range(0, ChangelogTypes.Count).Where(t => (bits >> t & 1) != 0).Select(t => ChangelogTypes.Text((ChangelogType)t)));
    }
}
