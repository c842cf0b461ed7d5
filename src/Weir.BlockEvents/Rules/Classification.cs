namespace Weir.BlockEvents.Rules;

/// <summary>What a line means: the rule that takes it and what it says. It lives as long as the line, and until the classifier is used again.</summary>
public readonly ref struct Classification
{
    private readonly ReadOnlySpan<byte> _text;
    private readonly LineClassifier _classifier;

    internal Classification(Rule rule, ReadOnlySpan<byte> text, LineClassifier classifier)
    {
        Rule = rule;
        _text = text;
        _classifier = classifier;
    }

    /// <summary>The rule.</summary>
    public Rule Rule { get; }

    /// <summary>The line, as far as it was looked at.</summary>
    public ReadOnlySpan<byte> Text => _text;

    /// <summary>The device as the line names it (<c>sdf</c>, <c>8:48</c>, <c>6:0:0:0</c>, <c>ata1.00</c>); empty when it names none.</summary>
    public ReadOnlySpan<byte> KernelDevice => Find("kdev") is { IsEmpty: false } device ? device : Find("hctl");

    /// <summary>How many fields the rule found in the line.</summary>
    public int FieldCount => _classifier.FieldsOf(_text).Length;

    /// <summary>A field's name.</summary>
    public string NameOf(int field) => _classifier.FieldsOf(_text)[field].Name;

    /// <summary>A field's text.</summary>
    public ReadOnlySpan<byte> ValueOf(int field)
    {
        Field found = _classifier.FieldsOf(_text)[field];
        return _text.Slice(found.Start, found.Length);
    }

    /// <summary>The text of the field with this name; empty when the line has none.</summary>
    public ReadOnlySpan<byte> Find(string name)
    {
        foreach (Field field in _classifier.FieldsOf(_text))
        {
            if (ReferenceEquals(field.Name, name) || field.Name == name) return _text.Slice(field.Start, field.Length);
        }

        return default;
    }
}
