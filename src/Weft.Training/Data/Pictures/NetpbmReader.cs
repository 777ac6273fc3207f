namespace Weft.Training;

/// <summary>Reads PGM and PPM row by row, as text (P2, P3) and binary (P5, P6), up to 16 bits, with any number of pictures in a file.</summary>
internal sealed class NetpbmReader
{
    private const int LargestNumber = 999_999;
    private const int LargestValue = ushort.MaxValue;

    private readonly Stream _file;
    private readonly bool _isText;
    private readonly FeatureShape _shape;
    private readonly int _maximum;
    private int _largest;
    private bool _endedWithReturn;

    private NetpbmReader(Stream file)
    {
        _file = file;
        if (file.ReadByte() != 'P' || file.ReadByte() is not (>= 0 and var kind) || !IsKind((byte)kind))
            throw NoHeader();
        _isText = kind is '2' or '3';
        var (width, height) = (Number("the width"), Number("the height"));
        _maximum = Number("the largest value");
        PictureLimits.RequireSize(width, height);
        if (_maximum is < 1 or > LargestValue)
            throw new InvalidDataException($"the largest value is {_maximum}; 1 to {LargestValue} are read");
        _shape = new FeatureShape(height, width, kind is '2' or '5' ? 1 : 3);
        if (!_isText)
            RequireLength();
    }

    /// <summary>Whether "P" and this byte begin a file that is read.</summary>
    public static bool IsKind(byte kind) => kind is (byte)'2' or (byte)'3' or (byte)'5' or (byte)'6';

    /// <param name="file">Seekable, at its start.</param>
    /// <exception cref="InvalidDataException">Damaged; the message says how.</exception>
    public static IEnumerable<FittedPicture> Read(Stream file, string name, FeatureShape target, bool invert)
    {
        for (var number = 0; ; number++)
        {
            var picture = new NetpbmReader(file).ReadPicture(target, invert);
            var isLast = !HasNext(file);
            yield return picture with { Name = isLast && number == 0 ? name : $"{name}#{number}" };
            if (isLast)
                yield break;
        }
    }

    private FittedPicture ReadPicture(FeatureShape target, bool invert)
    {
        var fit = new PictureFit(_shape, target, invert);
        var row = new byte[_shape.Width * _shape.Channels];
        var packed = new byte[row.Length * 2];
        for (var y = 0; y < _shape.Height; y++)
        {
            if (_isText)
                ReadText(row);
            else if (_maximum > byte.MaxValue)
                ReadWords(row, packed);
            else
                ReadBytes(row);
            fit.AddRow(y, row);
        }

        var changes = _maximum > byte.MaxValue ? PictureChanges.DepthReduced : _maximum < byte.MaxValue ? PictureChanges.ValuesScaled : PictureChanges.None;
        if (_maximum > byte.MaxValue && _largest > 0 && _largest <= _maximum / 8)
            changes |= PictureChanges.SmallRange;
        return fit.Finish("", changes) with { LargestValue = (_largest, _maximum) };
    }

    private void ReadText(Span<byte> row)
    {
        for (var i = 0; i < row.Length; i++)
            row[i] = Scaled(Number("a value"));
    }

    private void ReadWords(Span<byte> row, Span<byte> packed)
    {
        ReadAll(packed);
        for (var i = 0; i < row.Length; i++)
            row[i] = Scaled(packed[2 * i] << 8 | packed[2 * i + 1]);
    }

    private void ReadBytes(Span<byte> row)
    {
        ReadAll(row);
        if (_maximum == byte.MaxValue)
            return;
        for (var i = 0; i < row.Length; i++)
            row[i] = Scaled(row[i]);
    }

    private void ReadAll(Span<byte> target)
    {
        if (_file.ReadAtLeast(target, target.Length, throwOnEndOfStream: false) < target.Length)
            throw PngChunks.EndsEarly();
    }

    private byte Scaled(int value)
    {
        if (value > _maximum)
            throw new InvalidDataException($"a pixel has the value {value}, but the header says that {_maximum} is the largest");
        _largest = Math.Max(_largest, value);
        return (byte)((value * byte.MaxValue + _maximum / 2) / _maximum);
    }

    // One white space stands between the header and the pixels; programs that write lines as Windows does put two there, which only the file's length shows.
    private void RequireLength()
    {
        var length = (long)_shape.Length * (_maximum > byte.MaxValue ? 2 : 1);
        var left = _file.Length - _file.Position;
        if (left == length + 1 && _endedWithReturn)
        {
            if (_file.ReadByte() != '\n')
                _file.Position--;
            return;
        }

        if (left < length)
            throw new InvalidDataException($"expected {length} bytes of pixels, found {left}");
    }

    // White space and comments, digits, and one white space or comment behind them.
    private int Number(string what)
    {
        int letter;
        do
            letter = ReadLetter();
        while (IsSpace(letter));
        if (!char.IsAsciiDigit((char)letter))
            throw NoHeader();
        var value = 0;
        for (; char.IsAsciiDigit((char)letter); letter = ReadLetter())
        {
            value = value * 10 + letter - '0';
            if (value > LargestNumber)
                throw new InvalidDataException($"{what} is larger than {LargestNumber}");
            if (_isText && _file.Position == _file.Length)
                return value; // the last number of a text may end with the file
        }

        _endedWithReturn = letter == '\r';
        return IsSpace(letter) ? value : throw NoHeader();
    }

    // A comment reaches to the end of its line and counts as that end.
    private int ReadLetter()
    {
        var letter = _file.ReadByte();
        if (letter == '#')
        {
            while (letter is not ('\n' or '\r' or -1))
                letter = _file.ReadByte();
        }

        return letter >= 0 ? letter : throw PngChunks.EndsEarly();
    }

    private static bool IsSpace(int letter) => letter is ' ' or '\t' or '\n' or '\r' or '\v' or '\f';

    private static bool HasNext(Stream file)
    {
        int letter;
        do
            letter = file.ReadByte();
        while (IsSpace(letter));
        if (letter < 0)
            return false;
        file.Position--;
        var start = file.Position;
        if (file.ReadByte() != 'P' || file.ReadByte() is not (>= 0 and var kind) || !IsKind((byte)kind))
            throw new InvalidDataException($"{file.Length - start} bytes stand behind the picture that the header describes");
        file.Position = start;
        return true;
    }

    private static InvalidDataException NoHeader() => new("the header or the text is not that of a PGM or PPM");
}
