namespace Weir.Server.Configuration;

/// <summary>A value as it was written.</summary>
/// <param name="Items">Its text; several when it is a list.</param>
/// <param name="IsList">Whether it was written as a list.</param>
/// <param name="Source">Where it was written.</param>
public sealed record ConfigurationValue(IReadOnlyList<string> Items, bool IsList, ConfigurationSource Source)
{
    public ConfigurationValue(string text, ConfigurationSource source) : this([text], false, source) { }

    /// <summary>The text of a value that is no list.</summary>
    public string Text => Items[0];
}

/// <summary>A value and the key it is for.</summary>
public sealed record ConfigurationSetting(string Section, string Key, ConfigurationValue Value)
{
    public string FullKey => $"{Section}.{Key}";
}
