namespace Weir.BlockEvents.Rules;

/// <summary>Where in a line a named part stands.</summary>
internal readonly record struct Field(string Name, int Start, int Length);
