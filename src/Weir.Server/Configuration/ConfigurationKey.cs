using System.Globalization;

namespace Weir.Server.Configuration;

/// <summary>One key that a section knows.</summary>
/// <param name="Section">The section's name.</param>
/// <param name="Name">The key's name.</param>
/// <param name="Description">What the value is for, for people.</param>
/// <param name="Apply">Sets the value, or returns what is wrong with it.</param>
/// <param name="Read">The value in effect, as it would be written; null when there is none.</param>
public sealed record ConfigurationKey(
    string Section, string Name, string Description, Func<WeirOptions, ConfigurationValue, string?> Apply, Func<WeirOptions, IReadOnlyList<string>?> Read)
{
    public string FullName => $"{Section}.{Name}";

    /// <summary>Whether the value may be a list.</summary>
    public bool IsList { get; init; }

    /// <summary>Whether an item of the list may have keys of its own; it is then applied as a text of YAML on one line.</summary>
    public bool TakesMappings { get; init; }

    /// <summary>A key whose value is one text.</summary>
    public static ConfigurationKey Scalar(
        string section, string name, string description, Func<WeirOptions, string, string?> apply, Func<WeirOptions, string?> read) =>
        new(section, name, description, (options, value) => apply(options, value.Text), options => read(options) is { } text ? [text] : null);

    /// <summary>A key whose value is a duration within bounds.</summary>
    public static ConfigurationKey Time(
        string section, string name, string description, TimeSpan least, TimeSpan most,
        Action<WeirOptions, TimeSpan> apply, Func<WeirOptions, TimeSpan> read) => Scalar(
        section, name, description,
        (options, text) =>
        {
            if (!Duration.TryParse(text, out TimeSpan duration)) return $"'{text}' is not {Duration.Expected}";
            if (duration < least || duration > most) return $"'{text}' is not between {Duration.Format(least)} and {Duration.Format(most)}";
            apply(options, duration);
            return null;
        },
        options => Duration.Format(read(options)));

    /// <summary>A key whose value is a whole number within bounds.</summary>
    public static ConfigurationKey Number(
        string section, string name, string description, long least, long most, Action<WeirOptions, long> apply, Func<WeirOptions, long> read) => Scalar(
        section, name, description,
        (options, text) =>
        {
            if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) || number < least || number > most)
                return string.Create(CultureInfo.InvariantCulture, $"'{text}' is not a whole number from {least} to {most}");
            apply(options, number);
            return null;
        },
        options => read(options).ToString(CultureInfo.InvariantCulture));

    /// <summary>A key whose value is a number of bytes.</summary>
    public static ConfigurationKey Size(
        string section, string name, string description, Action<WeirOptions, long> apply, Func<WeirOptions, long> read) => Scalar(
        section, name, description,
        (options, text) =>
        {
            if (!ByteSize.TryParse(text, out long bytes)) return $"'{text}' is not {ByteSize.Expected}";
            apply(options, bytes);
            return null;
        },
        options => ByteSize.Format(read(options)));

    /// <summary>A key whose value is one of a few words.</summary>
    public static ConfigurationKey Choice(
        string section, string name, string description, IReadOnlyList<string> words, Action<WeirOptions, string> apply, Func<WeirOptions, string> read) => Scalar(
        section, name, description,
        (options, text) =>
        {
            if (!words.Contains(text)) return $"'{text}' is none of {string.Join(", ", words)}{Suggestion.Phrase(text, words)}";
            apply(options, text);
            return null;
        },
        read);

    /// <summary>A key whose value is the whole path of a file or directory.</summary>
    public static ConfigurationKey FilePath(
        string section, string name, string description, Action<WeirOptions, string> apply, Func<WeirOptions, string?> read) => Scalar(
        section, name, description,
        (options, text) =>
        {
            if (!Path.IsPathRooted(text) || text.Contains('\0', StringComparison.Ordinal)) return $"'{text}' is not a whole path; it must start with '/'";
            apply(options, text);
            return null;
        },
        read);

    /// <summary>A key whose value is a list, each item of which is looked at.</summary>
    public static ConfigurationKey List(
        string section, string name, string description, int most, Func<string, string?> check,
        Action<WeirOptions, IReadOnlyList<string>> apply, Func<WeirOptions, IReadOnlyList<string>?> read) => new(
        section, name, description,
        (options, value) =>
        {
            if (value.Items.Count > most) return string.Create(CultureInfo.InvariantCulture, $"has {value.Items.Count} items; there may be {most}");
            foreach (string item in value.Items)
            {
                if (check(item) is { } problem) return problem;
            }

            apply(options, value.Items);
            return null;
        },
        read)
        { IsList = true };
}
