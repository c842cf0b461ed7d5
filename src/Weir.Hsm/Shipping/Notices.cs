namespace Weir.Hsm.Shipping;

/// <summary>Keeps a message that is true poll after poll from being said poll after poll.</summary>
internal sealed class Notices
{
    private const int MaxTopics = 4096;

    private readonly Dictionary<string, string> _said = new(StringComparer.Ordinal);

    /// <summary>Whether this was not the last that was said about it.</summary>
    public bool IsNews(string about, string what)
    {
        if (_said.TryGetValue(about, out string? before) && before == what) return false;
        if (_said.Count >= MaxTopics) _said.Clear();
        _said[about] = what;
        return true;
    }

    /// <summary>All is well with it. Whether something was said about it before.</summary>
    public bool Clear(string about) => _said.Remove(about);
}
