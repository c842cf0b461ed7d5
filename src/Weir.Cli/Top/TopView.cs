using System.Text;
using Weir.Cli.Screens;
using Weir.Hsm.Top;

namespace Weir.Cli.Top;

/// <summary>What a key asks of whoever shows the view.</summary>
internal enum TopRequest
{
    /// <summary>Nothing changed.</summary>
    None,

    /// <summary>Draw again.</summary>
    Draw,

    /// <summary>Something may have written over the screen: draw everything again.</summary>
    DrawAll,

    /// <summary>End.</summary>
    Quit,
}

/// <summary>How the frames are looked at, as the keys change it.</summary>
internal sealed class TopView(TopQuery query, TimeSpan interval)
{
    private const int MaxPromptRunes = 80;

    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestInterval = TimeSpan.FromMinutes(1);

    private readonly TopFilter _filter = query.Filter;

    public TopQuery Query { get; private set; } = query;

    public TimeSpan Interval { get; private set; } = interval;

    /// <summary>The words that rows are filtered by, as they were typed.</summary>
    public string Words { get; private set; } = "";

    /// <summary>What is being typed; null when nothing is.</summary>
    public StringBuilder? Prompt { get; private set; }

    /// <summary>The first row shown; the painter corrects it to what there is.</summary>
    public int Scroll { get; set; }

    /// <summary>How many rows were shown last, for scrolling by pages.</summary>
    public int PageRows { get; set; } = 1;

    public bool IsPaused { get; private set; }

    public bool ShowsHelp { get; private set; }

    /// <summary>Whether the oldest actions are named below the table.</summary>
    public bool ShowsOldest { get; private set; } = true;

    public TopRequest Press(Key key)
    {
        if (key is { Kind: KeyKind.Control, Rune.Value: 'l' }) return TopRequest.DrawAll;
        if (key is { Kind: KeyKind.Control, Rune.Value: 'c' or 'd' }) return TopRequest.Quit;
        if (Prompt is not null) return Type(key, Prompt);
        if (ShowsHelp)
        {
            ShowsHelp = false;
            return key.Is('q') ? TopRequest.Quit : TopRequest.Draw;
        }

        return key.Kind == KeyKind.Character ? PressCharacter(key) : Move(key);
    }

    private TopRequest PressCharacter(Key key)
    {
        switch ((char)Math.Min(key.Rune.Value, char.MaxValue))
        {
            case 'q' or 'Q':
                return TopRequest.Quit;
            case 'g':
                Query = Query with { Grouping = Next(Query.Grouping) };
                Scroll = 0;
                return TopRequest.Draw;
            case 's':
                Query = Query with { Sort = Next(Query.Sort) };
                Scroll = 0;
                return TopRequest.Draw;
            case 'r':
                Query = Query with { IsReversed = !Query.IsReversed };
                return TopRequest.Draw;
            case '/':
                Prompt = new(Words);
                return TopRequest.Draw;
            case 'o':
                ShowsOldest = !ShowsOldest;
                return TopRequest.Draw;
            case ' ' or 'p':
                IsPaused = !IsPaused;
                return TopRequest.Draw;
            case '+':
                return SetInterval(Interval / 2);
            case '-':
                return SetInterval(Interval * 2);
            case '?' or 'h':
                ShowsHelp = true;
                return TopRequest.Draw;
            case 'j':
                return MoveTo(Scroll + 1);
            case 'k':
                return MoveTo(Scroll - 1);
            default:
                return TopRequest.None;
        }
    }

    private TopRequest Move(Key key) => key.Kind switch
    {
        KeyKind.Up => MoveTo(Scroll - 1),
        KeyKind.Down => MoveTo(Scroll + 1),
        KeyKind.PageUp => MoveTo(Scroll - PageRows),
        KeyKind.PageDown => MoveTo(Scroll + PageRows),
        KeyKind.Home => MoveTo(0),
        KeyKind.End => MoveTo(int.MaxValue / 2),
        KeyKind.Escape when Words.Length > 0 => SetWords(""),
        _ => TopRequest.None,
    };

    private TopRequest Type(Key key, StringBuilder prompt)
    {
        switch (key.Kind)
        {
            case KeyKind.Enter:
                Prompt = null;
                return SetWords(prompt.ToString());
            case KeyKind.Escape:
                Prompt = null;
                return TopRequest.Draw;
            case KeyKind.Backspace when prompt.Length > 0:
                prompt.Length -= prompt.Length > 1 && char.IsSurrogatePair(prompt[^2], prompt[^1]) ? 2 : 1;
                return TopRequest.Draw;
            case KeyKind.Control when key.Rune.Value == 'u':
                prompt.Clear();
                return TopRequest.Draw;
            case KeyKind.Character when prompt.Length < MaxPromptRunes && CharacterWidth.Of(key.Rune) > 0:
                prompt.Append(key.Rune);
                return TopRequest.Draw;
            default:
                return TopRequest.None;
        }
    }

    private TopRequest SetWords(string words)
    {
        Words = words.Trim();
        Query = Query with { Filter = _filter.With(Words.Split(' ', StringSplitOptions.RemoveEmptyEntries)) };
        Scroll = 0;
        return TopRequest.Draw;
    }

    private TopRequest SetInterval(TimeSpan interval)
    {
        Interval = interval < ShortestInterval ? ShortestInterval : interval > LongestInterval ? LongestInterval : interval;
        return TopRequest.Draw;
    }

    private TopRequest MoveTo(int row)
    {
        Scroll = Math.Max(0, row);
        return TopRequest.Draw;
    }

    private static T Next<T>(T value)
        where T : struct, Enum
    {
        T[] values = Enum.GetValues<T>();
        return values[(Array.IndexOf(values, value) + 1) % values.Length];
    }
}
